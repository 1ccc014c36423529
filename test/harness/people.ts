import { logIn, type TestGatehouse } from './gatehouse.js';
import type { Answer, HttpClient } from './http-client.js';
import { query } from './query.js';

/** A tenant with somebody in it, made over HTTP as an operator would. */
export interface Tenant {
  readonly id: string;
  readonly slug: string;
  readonly owner: Person;
}

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
}

export const personPassword = 'a long enough passphrase';

let count = 0;

/** Makes a tenant and its owner. */
export async function makeTenant(
  gatehouse: Pick<TestGatehouse, 'http' | 'adminToken'>,
  slug = `tenant-${(count += 1)}`,
): Promise<Tenant> {
  const { http, adminToken } = gatehouse;
  const made = ok(await http.post('/admin/tenants', { token: adminToken, body: { name: slug, slug } }), 201);
  const id = (made.body as { id: string }).id;
  const owner = await makePerson(http, adminToken, { role: 'owner' }, id);
  return { id, slug, owner };
}

/** Makes a user with a role, and logs them in. @param tenantId where; by default the maker's own tenant */
export async function makePerson(
  http: HttpClient,
  makerToken: string,
  { role = 'member', email = `person-${(count += 1)}@example.test` }: { role?: string; email?: string } = {},
  tenantId?: string,
): Promise<Person> {
  const headers = tenantId === undefined ? undefined : { 'x-tenant-id': tenantId };
  const body = { email, name: 'Somebody', role, password: personPassword };
  const made = ok(await http.post('/admin/users', { token: makerToken, headers, body }), 201);
  const token = await logIn(http, email, personPassword);
  return { id: (made.body as { id: string }).id, email, password: personPassword, token };
}

/** Marks somebody's address as theirs, without which they count only in the tenant that made their account. */
export async function verifyAddress({ databaseUrl }: TestGatehouse, userId: string): Promise<void> {
  await query(databaseUrl, `UPDATE gatehouse.users SET email_verified_at = now() WHERE id = '${userId}'`);
}

/** Makes a role of the maker's tenant. @returns its id */
export async function makeRole(
  http: HttpClient,
  token: string,
  name: string,
  permissions: string[],
): Promise<string> {
  const made = ok(await http.post('/admin/roles', { token, body: { name, permissions } }), 201);
  return (made.body as { id: string }).id;
}

/** Makes a key of the token's own user. */
export async function makeKey(
  http: HttpClient,
  token: string,
  scopes: string[],
  more: Record<string, unknown> = {},
): Promise<{ id: string; key: string }> {
  const made = ok(
    await http.post('/auth/api-keys', { token, body: { name: 'a key', scopes, ...more } }),
    201,
  );
  const { id, api_key: key } = made.body as { id: string; api_key: string };
  return { id, key };
}

/** Fails unless the answer has the status expected. */
export function ok(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${answer.text}`);
  return answer;
}
