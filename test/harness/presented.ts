import { newApiKey } from '../../src/kernel/api-key-format.js';
import { adminEmail, adminPassword, globalKey, masterKey, type TestGatehouse } from './gatehouse.js';
import { makeKey, makePerson, makeTenant, ok } from './people.js';

/** What a caller presents, by headers. */
export interface Presented {
  readonly name: string;
  /** The function of the database that has to be asked about it; absent where it is judged by looking at it. */
  readonly asks?: LookUp;
  readonly headers: Readonly<Record<string, string>>;
}

export const lookUps = ['gate_break_glass', 'gate_sessions', 'gate_keys', 'gate_legacy'] as const;
export type LookUp = (typeof lookUps)[number];

/** Credentials of every kind, valid and not, alone and together. */
export interface EveryCredential {
  readonly presented: readonly Presented[];
  /** A session of the operator tenant's owner. */
  readonly session: string;
  readonly refreshToken: string;
  /** A key of the same owner's: unlike the session, no route of the API ends it. */
  readonly ownersKey: { readonly key: string };
  /** A member's key, which only they and the owner of their tenant can revoke. */
  readonly key: { readonly id: string; readonly key: string };
  readonly keyOwnerToken: string;
}

/** The environment in which all kinds of credentials are accepted. */
export const everyCredentialEnv = {
  BREAK_GLASS_ENABLED: 'true',
  MASTER_KEY: masterKey,
  BREAK_GLASS_PERMISSIONS: 'scans.read,admin.audit',
  LEGACY_API_KEY: globalKey,
  LEGACY_API_KEY_TENANT: 'operator',
  LEGACY_API_KEY_ROLE: 'viewer',
};

/** Makes one of each, in a Gatehouse started with `everyCredentialEnv`. */
export async function everyCredential(
  gatehouse: Pick<TestGatehouse, 'http' | 'adminToken'>,
): Promise<EveryCredential> {
  const { http } = gatehouse;
  const tenant = await makeTenant(gatehouse);
  const member = await makePerson(http, tenant.owner.token, { role: 'member' });
  const key = await makeKey(http, member.token, ['scans.read', 'keys.own']);
  const logIn = ok(
    await http.post('/auth/login', { body: { email: adminEmail, password: adminPassword } }),
    200,
  );
  const { access_token: session, refresh_token: refreshToken } = logIn.body as Record<string, string>;
  if (session === undefined || refreshToken === undefined) throw new Error('the log-in gave no tokens');
  const ownersKey = await makeKey(http, session, ['admin.users', 'admin.roles', 'admin.audit', 'keys.own']);
  const presented = combinations(session, key.key);
  return { presented, session, refreshToken, ownersKey, key, keyOwnerToken: member.token };
}

function combinations(session: string, key: string): Presented[] {
  const bearer = { authorization: `Bearer ${session}` };
  const own = { 'x-api-key': key };
  const master = { 'x-master-key': masterKey, 'x-break-glass-reason': 'the database is gone' };
  const [header = '', claims = ''] = session.split('.');
  const forged = { authorization: `Bearer ${header}.${claims}.${'A'.repeat(86)}` };
  const unknownKey = { 'x-api-key': newApiKey('cspm_').secret.reveal() };
  return [
    { name: 'nothing', headers: {} },
    { name: 'a session', asks: 'gate_sessions', headers: bearer },
    { name: 'a key', asks: 'gate_keys', headers: own },
    { name: 'a key as a bearer token', asks: 'gate_keys', headers: { authorization: `Bearer ${key}` } },
    { name: 'the global key', asks: 'gate_legacy', headers: { 'x-api-key': globalKey } },
    { name: 'the master key', asks: 'gate_break_glass', headers: master },
    { name: 'a session and a key', asks: 'gate_sessions', headers: { ...bearer, ...own } },
    {
      name: 'a session and the global key',
      asks: 'gate_sessions',
      headers: { ...bearer, 'x-api-key': globalKey },
    },
    { name: 'the master key and a session', asks: 'gate_break_glass', headers: { ...master, ...bearer } },
    { name: 'the master key and a key', asks: 'gate_break_glass', headers: { ...master, ...own } },
    {
      name: 'a session and the name of a tenant',
      headers: { ...bearer, 'x-tenant-id': 'operator-of-nothing' },
    },
    { name: 'a forged session', headers: forged },
    { name: 'a forged session and a key', headers: { ...forged, ...own } },
    { name: 'an unknown key', asks: 'gate_keys', headers: unknownKey },
    { name: 'a malformed key', headers: { 'x-api-key': 'cspm_garbage' } },
    {
      name: 'a wrong master key and a session',
      headers: { ...master, ...bearer, 'x-master-key': `${masterKey}x` },
    },
    { name: 'a wrong global key', headers: { 'x-api-key': `${globalKey}x` } },
    { name: 'garbage', headers: { authorization: 'Negotiate garbage' } },
  ];
}
