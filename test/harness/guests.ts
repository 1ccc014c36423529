import { generateKeyPair, SignJWT } from 'jose';
import { newApiKey } from '../../src/kernel/api-key-format.js';
import { logIn, type TestGatehouse } from './gatehouse.js';
import { makeKey, makePerson, makeTenant, ok, type Tenant } from './people.js';
import { query } from './query.js';

/** Somebody who comes to a door, and what they hold out. */
export interface Guest {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Every permission of Gatehouse that a key can be given. */
export const everyScope = [
  'admin.tenants',
  'admin.users',
  'admin.settings',
  'admin.roles',
  'admin.keys',
  'admin.audit',
  'admin.oauth',
  'admin.break_glass',
  'keys.own',
  'scans.read',
  'scans.write',
  'databases:read',
];

/** Credentials that never were any. */
export async function impostors(gatehouse: TestGatehouse): Promise<Guest[]> {
  const [header = '', claims = '', signature = ''] = gatehouse.adminToken.split('.');
  const unsigned = Buffer.from('{"alg":"none","typ":"session+jwt"}').toString('base64url');
  return [
    ...['garbage', 'Bearer a.b.c', 'Basic YTpi', ''].map((value) => ({
      name: `Authorization: ${value}`,
      headers: { authorization: value },
    })),
    { name: 'a session token cut short', headers: bearer(`${header}.${claims}.${signature.slice(0, -2)}`) },
    { name: 'a session token that nobody signed', headers: bearer(`${unsigned}.${claims}.`) },
    {
      name: 'a session token that somebody else signed',
      headers: bearer(await forged(gatehouse.adminToken)),
    },
    ...['garbage', 'cspm_garbage', ''].map((value) => ({
      name: `X-API-Key: ${value}`,
      headers: { 'x-api-key': value },
    })),
    {
      name: 'a well-formed key that was never made',
      headers: { 'x-api-key': newApiKey('cspm_').secret.reveal() },
    },
    { name: 'a garbled key as a bearer token', headers: bearer('cspm_garbage') },
    { name: 'X-Master-Key: garbage', headers: { 'x-master-key': 'garbage' } },
    { name: 'X-Master-Key:', headers: { 'x-master-key': '' } },
  ];
}

/** Credentials that were good once, of people who held everything in the tenant. */
export async function outcasts(gatehouse: TestGatehouse, tenant: Tenant): Promise<Guest[]> {
  const { http, databaseUrl } = gatehouse;
  const { owner } = tenant;
  const revoked = await makeKey(http, owner.token, everyScope);
  ok(await http.delete(`/auth/api-keys/${revoked.id}`, { token: owner.token }), 204);

  const expired = await makeKey(http, owner.token, everyScope, { expires_in: '1s' });
  await query(
    databaseUrl,
    `UPDATE gatehouse.api_keys SET expires_at = now() - interval '1 ms' WHERE id = '${expired.id}'`,
  );

  const loggedOut = await logIn(http, owner.email, owner.password);
  ok(await http.post('/auth/logout', { token: loggedOut }), 204);

  const disabled = await makePerson(http, owner.token, { role: 'owner' });
  const disabledKey = await makeKey(http, disabled.token, everyScope);
  ok(
    await http.patch(`/admin/users/${disabled.id}`, { token: owner.token, body: { status: 'disabled' } }),
    200,
  );

  const suspended = await makeTenant(gatehouse);
  const suspendedKey = await makeKey(http, suspended.owner.token, everyScope);
  const suspension = { token: gatehouse.adminToken, body: { status: 'suspended' } };
  ok(await http.patch(`/admin/tenants/${suspended.id}`, suspension), 200);

  return [
    { name: 'a revoked key', headers: { 'x-api-key': revoked.key } },
    { name: 'a revoked key as a bearer token', headers: bearer(revoked.key) },
    { name: 'an expired key', headers: { 'x-api-key': expired.key } },
    { name: 'a session that was logged out', headers: bearer(loggedOut) },
    { name: 'the session of a disabled user', headers: bearer(disabled.token) },
    { name: 'the key of a disabled user', headers: { 'x-api-key': disabledKey.key } },
    { name: 'the session of a suspended tenant', headers: bearer(suspended.owner.token) },
    { name: 'the key of a suspended tenant', headers: { 'x-api-key': suspendedKey.key } },
  ];
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** The same header and claims under a key of one's own. */
async function forged(token: string): Promise<string> {
  const [header = '', claims = ''] = token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString());
  const { privateKey } = await generateKeyPair('ES256');
  return new SignJWT(JSON.parse(claims)).setProtectedHeader(JSON.parse(header)).sign(privateKey);
}
