import type { OwnRoute } from '../../src/gate/route-inventory.js';

/** Ids of things that exist in one tenant. */
export interface Objects {
  readonly tenant: string;
  readonly user: string;
  readonly role: string;
  /** A key of `user`. */
  readonly userKey: string;
  /** A key of whoever asks. */
  readonly ownKey: string;
  readonly invitation: string;
  /** A session of whoever asks. */
  readonly ownSession: string;
}

/** What the parameters of each path stand for. */
const parameters: Readonly<Record<string, Readonly<Record<string, keyof Objects>>>> = {
  '/admin/roles/:id': { id: 'role' },
  '/admin/tenants/:id': { id: 'tenant' },
  '/admin/users/:id': { id: 'user' },
  '/admin/users/:id/second-factor': { id: 'user' },
  '/admin/users/:id/api-keys': { id: 'user' },
  '/admin/users/:id/api-keys/:keyId': { id: 'user', keyId: 'userKey' },
  '/admin/users/:id/api-keys/:keyId/rotate': { id: 'user', keyId: 'userKey' },
  '/auth/api-keys/:id': { id: 'ownKey' },
  '/admin/invitations/:id': { id: 'invitation' },
  '/auth/sessions/:id': { id: 'ownSession' },
  '/auth/api-keys/:id/rotate': { id: 'ownKey' },
};

/** A body for each route that writes, which it would accept from whoever may: only the gate stands in the way. */
const bodies: Readonly<Record<string, unknown>> = {
  'POST /admin/roles': { name: 'Uninvited', permissions: ['scans.read'] },
  'PATCH /admin/roles/:id': { name: 'Changed' },
  'POST /admin/tenants': { name: 'Uninvited', slug: 'uninvited' },
  'PATCH /admin/tenants/:id': { name: 'Changed' },
  'POST /admin/users': { email: 'uninvited@example.test', name: 'Uninvited', role: 'viewer' },
  'PATCH /admin/users/:id': { name: 'Changed' },
  'POST /admin/users/:id/api-keys': { name: 'Uninvited', scopes: ['scans.read'] },
  'POST /admin/users/:id/api-keys/:keyId/rotate': { grace: '1h' },
  'POST /auth/api-keys/:id/rotate': { grace: '1h' },
  'POST /keys/leaked': { key: 'nothing-that-was-ever-a-key' },
  'POST /keys/leaked/github': [],
  'POST /auth/api-keys': { name: 'Uninvited', scopes: ['scans.read'] },
  'POST /auth/2fa/setup': undefined,
  'POST /auth/2fa/verify': { code: '123456' },
  'POST /auth/2fa/disable': { password: 'not the passphrase', code: '123456' },
  'POST /auth/2fa/backup-codes': { password: 'not the passphrase', code: '123456' },
  'POST /auth/step-up': { totp_code: '123456' },
  'POST /auth/logout': undefined,
  'POST /admin/invitations': { email: 'uninvited@example.test', role: 'viewer' },
  'POST /auth/register': { email: 'uninvited@example.test', password: 'a long enough passphrase', name: 'x' },
  'POST /auth/invitations/accept': { token: 'uninvited', name: 'Uninvited' },
  'POST /auth/password/forgot': { email: 'uninvited@example.test' },
  'POST /auth/password/reset': { token: 'uninvited', new_password: 'a long enough passphrase' },
  'POST /auth/password/change': { current_password: 'not it', new_password: 'a long enough passphrase' },
  'POST /auth/email/verify': { token: 'uninvited' },
  'POST /auth/email/resend': { email: 'uninvited@example.test' },
};

type Route = Pick<OwnRoute, 'method' | 'path'>;

/** Whether a route serves single things, by their id. */
export function isObjectRoute({ path }: Route): boolean {
  return path.includes('/:');
}

/** The names of the ids that a route's path holds. */
export function idsIn(route: Route): (keyof Objects)[] {
  return isObjectRoute(route) ? Object.values(parametersOf(route)) : [];
}

/** The path of a route for certain things. @throws Error for a route about which nothing is said above: say it */
export function pathTo(route: Route, objects: Objects): string {
  if (!isObjectRoute(route)) return route.path;
  const names = parametersOf(route);
  return route.path.replace(/:(\w+)/g, (_, name: string) => objects[names[name] ?? unknown(route)]);
}

/** A body that a route accepts; undefined for one that takes none. @throws Error as `pathTo` */
export function bodyFor(route: Route): unknown {
  if (!['POST', 'PUT', 'PATCH'].includes(route.method)) return undefined;
  const key = `${route.method} ${withoutAlias(route.path)}`;
  return key in bodies ? bodies[key] : unknown(route);
}

/** The path by which both places of a route are known. */
export function withoutAlias(path: string): string {
  return path.replace(/^\/api\/v1\//, '/');
}

function parametersOf(route: Route): Readonly<Record<string, keyof Objects>> {
  return parameters[withoutAlias(route.path)] ?? unknown(route);
}

function unknown({ method, path }: Route): never {
  throw new Error(`${method} ${path} is new: say in own-requests.ts what it takes`);
}
