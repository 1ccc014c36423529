import { randomUUID } from 'node:crypto';
import { METHODS } from 'node:http';
import { ok } from './people.js';
import type { Answer, HttpClient, Sent } from './http-client.js';

/** One operation that a running Gatehouse says it offers. */
export interface OfferedRoute {
  readonly method: string;
  /** With ids that belong to nobody. */
  readonly path: string;
  /** Whether it does nothing but tell everybody the same, without the gate's looking anything up or writing anything down. */
  readonly unrecorded: boolean;
}

/** Asks a Gatehouse what it offers, so that no list is kept by hand. */
export async function offeredRoutes(http: HttpClient): Promise<OfferedRoute[]> {
  const document = ok(await http.get('/openapi.json'), 200).body as {
    paths: Record<string, Record<string, { 'x-gatehouse-demand'?: { kind: string; unrecorded?: string } }>>;
  };
  return Object.entries(document.paths).flatMap(([path, item]) => {
    // Beside its operations, a path can hold what is common to them.
    const operations = Object.entries(item).filter(([name]) => METHODS.includes(name.toUpperCase()));
    return operations.map(([method, operation]) => {
      const demand = operation['x-gatehouse-demand'];
      if (demand === undefined) throw new Error(`${method} ${path} says nothing about what it demands`);
      return {
        method: method.toUpperCase(),
        path: path.replace(/\{[^}]+\}/g, () => randomUUID()),
        unrecorded: demand.kind === 'public' && demand.unrecorded !== undefined,
      };
    });
  });
}

/** Calls a route, with an empty object as the body where one is usual. */
export function call(
  http: HttpClient,
  { method, path }: Pick<OfferedRoute, 'method' | 'path'>,
  sent: Sent,
): Promise<Answer> {
  const body = ['POST', 'PUT', 'PATCH'].includes(method) ? {} : undefined;
  return http.send(method, path, { body, ...sent });
}
