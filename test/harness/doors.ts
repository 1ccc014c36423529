import { decodeJwt } from 'jose';
import type { ProtectedDemand } from '../../src/kernel/demand.js';
import type { TestGatehouse } from './gatehouse.js';
import { bodyFor, isObjectRoute, pathTo, type Objects } from './own-requests.js';
import { makeKey, makePerson, makeRole, ok, type Tenant } from './people.js';

/** A request that would be carried out for whoever may. */
export interface Door {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly demand: ProtectedDemand;
  /** Whether it is about a thing that belongs to one tenant. */
  readonly ofTenant: boolean;
}

/** Gatehouse's own protected routes, as discovered, in both places of the canonical API; where there is `GET`, `HEAD` as well. */
export function ownDoors({ routes }: TestGatehouse, objects: Objects): Door[] {
  return ['', '/api/v1'].flatMap((prefix) =>
    routes.flatMap((route) => {
      const { method, demand } = route;
      if (demand.kind !== 'protected') return [];
      const path = prefix + pathTo(route, objects);
      const door = { method, path, body: bodyFor(route), demand, ofTenant: isObjectRoute(route) };
      return method === 'GET' ? [door, { ...door, method: 'HEAD' }] : [door];
    }),
  );
}

/** The doors to what stands behind, with the default configuration: the proxy, and those that decide for other proxies. */
export function edgeDoors(): Door[] {
  const reading = { demand: { kind: 'protected', permission: 'scans.read' }, ofTenant: false } as const;
  const writing = { demand: { kind: 'protected', permission: 'scans.write' }, ofTenant: false } as const;
  return [
    ...['/scans', '/scans/1', '/scans/1/deep?er=1', '/api/v1/scans/1'].flatMap((path) => [
      { method: 'GET', path, ...reading },
      { method: 'HEAD', path, ...reading },
    ]),
    { method: 'POST', path: '/scans', body: { target: 'uninvited' }, ...writing },
    ...(['nginx', 'caddy', 'traefik'] as const).flatMap((proxy) => [
      { ...questionBy(proxy, 'GET', '/scans/1'), ...reading },
      { ...questionBy(proxy, 'POST', '/scans'), ...writing },
    ]),
  ];
}

/** How a reverse proxy asks about a request. This machine must be trusted as one. */
export function questionBy(proxy: 'nginx' | 'caddy' | 'traefik', method: string, target: string) {
  const what = proxy === 'nginx' ? 'original' : 'forwarded';
  const headers = { [`x-${what}-method`]: method, [`x-${what}-uri`]: target };
  return { method: 'GET', path: `/forward-auth/${proxy}`, headers };
}

/** Makes one of each thing that a route can be about. */
export async function makeObjects({ http }: TestGatehouse, { id, owner }: Tenant): Promise<Objects> {
  const member = await makePerson(http, owner.token);
  const invited = { email: `guest-${member.email}`, role: 'viewer' };
  const invitation = await http.post('/admin/invitations', { token: owner.token, body: invited });
  return {
    tenant: id,
    user: member.id,
    role: await makeRole(http, owner.token, 'Of the house', ['scans.read']),
    userKey: (await makeKey(http, member.token, ['scans.read'])).id,
    invitation: (ok(invitation, 201).body as { id: string }).id,
    ownSession: String(decodeJwt(owner.token).sid),
    ownKey: (await makeKey(http, owner.token, ['scans.read'])).id,
  };
}
