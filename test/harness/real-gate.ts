import { newApiKey } from '../../src/kernel/api-key-format.js';
import type { DecisionRecord } from '../../src/audit/audit-event.js';
import { AuditTrail } from '../../src/audit/audit-trail.js';
import { ApiKeyScheme } from '../../src/credentials/api-key.scheme.js';
import { CredentialChain } from '../../src/credentials/credential-chain.js';
import { GlobalKeyScheme } from '../../src/credentials/global-key.scheme.js';
import { KeyRing } from '../../src/credentials/key-ring.js';
import { MasterKeyScheme } from '../../src/credentials/master-key.scheme.js';
import { SessionJwtScheme, sessionTokenType } from '../../src/credentials/session-jwt.scheme.js';
import { Gatekeeper, type GatekeeperParts } from '../../src/gate/gatekeeper.js';
import { RateLimiter, type RateLimits } from '../../src/gate/rate-limiter.js';
import { WindowCounters } from '../../src/gate/window-counters.js';
import type { ProtectedDemand, PublicDemand } from '../../src/kernel/demand.js';
import { Denial } from '../../src/kernel/denial.js';
import { PermissionSet } from '../../src/kernel/permission-set.js';
import { Secret } from '../../src/kernel/secret.js';
import { HeldSink } from './held-sink.js';
import { homeTenant, MemoryCredentials, otherTenant, someUser, standingWith } from './live-credentials.js';
import { newSigningKey } from './signing-key.js';

const issuer = 'https://gate.example';
const sid = '01890000-0000-7000-8000-0000000000d1';
const keyPrefixes = ['cspm_'];
const ring = new KeyRing([newSigningKey('key-1')]);

export const reason = 'payments are down, on call';
/** The four credentials that the gate's store knows. */
export const secrets = {
  masterKey: 'an-emergency-key-of-the-installation-0123456789',
  apiKey: newApiKey('cspm_').secret.reveal(),
  unknownKey: newApiKey('cspm_').secret.reveal(),
  globalKey: 'the-one-key-of-older-installations',
  /** Signed by `signToken`, which a test file calls before its first test. */
  jwt: '',
};

export async function signToken(): Promise<void> {
  const exp = Math.floor(Date.now() / 1000) + 900;
  const claims = { iss: issuer, aud: issuer, sub: someUser, sid, tenant_id: homeTenant, exp };
  secrets.jwt = await ring.sign(sessionTokenType, claims);
}

/** Headers that present each of the credentials. */
export const valid = {
  master: () => ({ 'X-Master-Key': secrets.masterKey, 'X-Break-Glass-Reason': reason }),
  session: () => ({ Authorization: `Bearer ${secrets.jwt}` }),
  apiKey: () => ({ 'X-API-Key': secrets.apiKey }),
  globalKey: () => ({ 'X-API-Key': secrets.globalKey }),
};
/** Headers that present one that isn't right, in the same place. */
export const wrong = {
  master: () => ({ 'X-Master-Key': 'wrong', 'X-Break-Glass-Reason': reason }),
  session: () => ({ Authorization: `Bearer ${secrets.jwt}x` }),
  apiKey: () => ({ 'X-API-Key': secrets.unknownKey }),
  globalKey: () => ({ 'X-API-Key': 'wrong' }),
};

export const reading: ProtectedDemand = { kind: 'protected', permission: 'scans.read' };
export const publicPage: PublicDemand = { kind: 'public', why: 'a test' };
const unlimited = { requests: Number.MAX_SAFE_INTEGER, windowMs: 60_000 };
export const noLimits: RateLimits = { source: unlimited, identity: unlimited, attempts: unlimited };

/** The real gate: all four schemes, trail, limiter and counters, over a store and a sink in memory. */
export function startGate({
  limits,
  ...change
}: Partial<GatekeeperParts> & { limits?: Partial<RateLimits> } = {}) {
  const live = furnished();
  const sink = new HeldSink();
  const clock = { now: 0 };
  let ids = 0;
  const counters = new WindowCounters(() => clock.now);
  const gate = new Gatekeeper({
    chain: chainOver(live),
    trail: new AuditTrail(sink),
    limiter: new RateLimiter(counters, { ...noLimits, ...limits }),
    newId: () => `request-${(ids += 1)}`,
    deadlineMs: 10_000,
    ...change,
  });
  const decisions = () =>
    sink.records.filter((record): record is DecisionRecord => record.kind === 'decision');
  return { gate, live, sink, clock, decisions };
}

/** The denial that an attempt ends in. */
export async function denialOf(attempt: Promise<unknown>): Promise<Denial> {
  const error = await attempt.then(
    () => new Error('it was admitted'),
    (refusal: unknown) => refusal,
  );
  if (error instanceof Denial) return error;
  throw error instanceof Error ? error : new Error('something else was thrown');
}

function chainOver(live: MemoryCredentials): CredentialChain {
  const master = { key: new Secret(secrets.masterKey), permissions: ['scans.read'], reasonRequired: true };
  const legacy = { key: new Secret(secrets.globalKey), tenantSlug: 'acme', role: 'legacy-restricted' };
  return new CredentialChain([
    new MasterKeyScheme(live, master),
    new SessionJwtScheme(live, ring, { issuer, keyPrefixes }),
    new ApiKeyScheme(live, keyPrefixes),
    new GlobalKeyScheme(live, { configured: legacy, keyPrefixes }),
  ]);
}

function furnished(): MemoryCredentials {
  const standing = standingWith({
    permissions: PermissionSet.of(['scans.read']),
    features: ['advanced-scans'],
  });
  return new MemoryCredentials()
    .addKey(secrets.apiKey, { id: 'key-1', standing })
    .addSession(sid, { standing })
    .addLegacy('acme', 'legacy-restricted', standing)
    .setOperator(standingWith({ tenantId: otherTenant, operator: true }));
}
