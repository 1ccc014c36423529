import type { Answer, Sent } from '../harness/http-client.js';
import type { World } from './world.js';

/** Where the examples' Gatehouse is addressed, and in which dialect it then speaks. */
export interface Place {
  readonly dialect: 'redcloud' | 'cloudheed' | 'cloudsync' | 'switchboard';
  readonly host: string;
  readonly prefix: string;
}

export const places: readonly Place[] = [
  { dialect: 'redcloud', host: 'gate.example', prefix: '' },
  { dialect: 'redcloud', host: 'gate.example', prefix: '/api/v1' },
  { dialect: 'cloudheed', host: 'api.cloudheed.com', prefix: '/v1' },
  { dialect: 'cloudsync', host: 'api.cloudsync.io', prefix: '/v1' },
  { dialect: 'switchboard', host: 'api.switchboard.dev', prefix: '/api/v1' },
];

/** Sends a request to a canonical path by way of a place. */
export function sendBy(
  world: World,
  { host, prefix }: Place,
  method: string,
  path: string,
  sent: Sent = {},
): Promise<Answer> {
  return world.gatehouse.http.send(method, prefix + path, { ...sent, headers: { ...sent.headers, host } });
}

export function nameOf({ dialect, prefix }: Place): string {
  return `${dialect} at ${prefix === '' ? '/' : prefix}`;
}
