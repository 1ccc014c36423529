import fc from 'fast-check';
import { tenantWith } from '../../test/harness/live-credentials.js';
import type { PermissionRule, ProtectedDemand } from '../kernel/demand.js';
import { PermissionSet } from '../kernel/permission-set.js';
import type { Principal } from '../kernel/principal.js';
import type { TenantStanding } from '../kernel/standing.js';
import { holds, judge } from './access-policy.js';

const session: Principal = { kind: 'user', userId: 'u', credentialId: 's', amr: ['pwd'] };
const liveKey: Principal = { kind: 'api-key', userId: 'u', credentialId: 'k', environment: 'live' };
const testKey: Principal = { ...liveKey, environment: 'test' };
const legacyKey: Principal = { kind: 'legacy-key', credentialId: 'global-key' };
const breakGlass: Principal = { kind: 'break-glass', credentialId: 'mk_0', reason: 'an incident' };
const everybody = { session, liveKey, testKey, legacyKey, breakGlass };

/** The code of the refusal, or `yes`. */
const answer = (
  demand: Omit<ProtectedDemand, 'kind'>,
  principal: Principal,
  tenant: Partial<TenantStanding> = {},
) =>
  judge({ kind: 'protected', ...demand }, { principal, tenant: tenantWith(tenant), atHome: true })?.code ??
  'yes';
/** Who of them all gets which answer. */
const answers = (demand: Omit<ProtectedDemand, 'kind'>, tenant: Partial<TenantStanding> = {}) =>
  Object.fromEntries(
    Object.entries(everybody).map(([name, principal]) => [name, answer(demand, principal, tenant)]),
  );
const all = (code: string) => Object.fromEntries(Object.keys(everybody).map((name) => [name, code]));

describe('a demand', () => {
  it('for nothing but being known is met by everybody with a live credential', () => {
    expect(answers({})).toEqual({ ...all('yes'), testKey: 'ENVIRONMENT_MISMATCH' });
  });

  it('for test data is met by test keys too, and by live credentials', () => {
    expect(answers({ environment: 'test' })).toEqual(all('yes'));
    expect(answers({ environment: 'live' })).toEqual({ ...all('yes'), testKey: 'ENVIRONMENT_MISMATCH' });
  });

  it('for a user is met by sessions and users’ keys', () => {
    expect(answers({ ownAccount: true, environment: 'test' })).toEqual({
      ...all('yes'),
      legacyKey: 'USER_REQUIRED',
      breakGlass: 'USER_REQUIRED',
    });
  });

  it('for one’s own account is not met from within another tenant', () => {
    const away = { principal: session, tenant: tenantWith({}), atHome: false };
    expect(judge({ kind: 'protected', ownAccount: true }, away)?.code).toBe('HOME_TENANT_ONLY');
    expect(judge({ kind: 'protected' }, away)).toBeUndefined();
  });

  it('for a session is met by a person alone', () => {
    expect(answers({ session: true, environment: 'test' })).toEqual({
      ...all('SESSION_REQUIRED'),
      session: 'yes',
    });
  });

  it('for what would outlive an incident is never met by break-glass, whatever it is granted', () => {
    const granted = { permissions: PermissionSet.of(['admin.users']) };
    expect(answers({ persists: true, permission: 'admin.users', environment: 'test' }, granted)).toEqual({
      ...all('yes'),
      breakGlass: 'BREAK_GLASS_FORBIDDEN',
    });
  });

  it('for a permission is met by whoever holds it in the tenant, and says which one is missing', () => {
    const permissions = PermissionSet.of(['scans.read']);
    expect(answers({ permission: 'scans.read', environment: 'test' }, { permissions })).toEqual(all('yes'));
    expect(answers({ permission: 'scans.write', environment: 'test' }, { permissions })).toEqual(
      all('FORBIDDEN'),
    );
    const rule = { any: ['scans.write', { all: ['scans.read', 'deploy'] }] };
    const denial = judge(
      { kind: 'protected', permission: rule },
      { principal: session, tenant: tenantWith({ permissions }), atHome: true },
    );
    expect(denial?.detail).toBe('This needs the permission (scans.write or (scans.read and deploy)).');
  });

  it('for the operator tenant is met within it alone', () => {
    expect(answer({ operator: true }, session, { operator: true })).toBe('yes');
    expect(answer({ operator: true }, session)).toBe('OPERATOR_ONLY');
  });

  it('for a feature is met where the tenant has a licence for it', () => {
    expect(answer({ feature: 'advanced-scans' }, session, { features: ['advanced-scans'] })).toBe('yes');
    expect(answer({ feature: 'advanced-scans' }, session, { features: ['advanced'] })).toBe(
      'FEATURE_NOT_LICENSED',
    );
  });

  it.each([
    [undefined, 'MFA_REQUIRED'],
    [0, 'yes'],
    [900, 'yes'],
    [900.01, 'MFA_REQUIRED'],
  ])('for a second factor within 15 minutes, proven %s seconds ago: %s', (mfaAgeSeconds, code) => {
    expect(answer({ mfaMinutes: 15 }, { ...session, mfaAgeSeconds })).toBe(code);
  });

  it('for a second factor is never met by a key, whatever it may do', () => {
    expect(answers({ mfaMinutes: 15, environment: 'test' })).toEqual(all('MFA_REQUIRED'));
  });
});

describe('of several refusals the first in this order is given', () => {
  const everything: Omit<ProtectedDemand, 'kind'> = {
    ownAccount: true,
    persists: true,
    permission: 'scans.read',
    operator: true,
    feature: 'advanced-scans',
    mfaMinutes: 15,
  };
  const permissions = PermissionSet.of(['scans.read']);

  it.each<[string, Omit<ProtectedDemand, 'kind'>, Principal, Partial<TenantStanding>]>([
    ['ENVIRONMENT_MISMATCH', everything, testKey, {}],
    ['SESSION_REQUIRED', { ...everything, session: true }, liveKey, {}],
    ['USER_REQUIRED', everything, breakGlass, {}],
    ['BREAK_GLASS_FORBIDDEN', { ...everything, ownAccount: undefined }, breakGlass, {}],
    ['FORBIDDEN', everything, liveKey, {}],
    ['OPERATOR_ONLY', everything, liveKey, { permissions }],
    ['FEATURE_NOT_LICENSED', everything, liveKey, { permissions, operator: true }],
    ['MFA_REQUIRED', everything, liveKey, { permissions, operator: true, features: ['advanced-scans'] }],
  ])('%s', (code, demand, principal, tenant) => {
    expect(answer(demand, principal, tenant)).toBe(code);
  });

  it('none is left when every part is met', () => {
    const tenant = { permissions, operator: true, features: ['advanced-scans'] };
    expect(answer(everything, { ...session, mfaAgeSeconds: 1 }, tenant)).toBe('yes');
  });
});

describe('a rule of permissions', () => {
  const held = PermissionSet.of(['a', 'b']);

  it.each<[PermissionRule, boolean]>([
    ['a', true],
    ['c', false],
    ['', false],
    [{ all: ['a', 'b'] }, true],
    [{ all: ['a', 'c'] }, false],
    [{ any: ['c', 'b'] }, true],
    [{ any: ['c', 'd'] }, false],
    [{ all: [] }, false],
    [{ any: [] }, false],
    [{ any: [{ all: [] }] }, false],
    [{ all: ['a', { any: [] }] }, false],
    [{ any: ['c', { all: ['a', { any: ['d', 'b'] }] }] }, true],
  ])('%j: %s', (rule, satisfied) => {
    expect(holds(rule, held)).toBe(satisfied);
  });

  const { rule } = fc.letrec<{ rule: PermissionRule }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('a', 'b', 'c'),
      fc.record({ all: fc.array(tie('rule'), { maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('rule'), { maxLength: 3 }) }),
    ),
  }));

  it('is satisfied by nobody who holds nothing', () => {
    fc.assert(fc.property(rule, (one) => !holds(one, PermissionSet.none)));
  });

  it('that is satisfied stays so when more is held', () => {
    const set = fc.subarray(['a', 'b', 'c']);
    fc.assert(
      fc.property(rule, set, set, (one, some, more) => {
        if (holds(one, PermissionSet.of(some)))
          expect(holds(one, PermissionSet.of([...some, ...more]))).toBe(true);
      }),
    );
  });
});
