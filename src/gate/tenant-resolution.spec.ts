import { headWith } from '../../test/harness/heads.js';
import { homeTenant, otherTenant, standingWith, tenantWith } from '../../test/harness/live-credentials.js';
import { Denial } from '../kernel/denial.js';
import { PermissionSet } from '../kernel/permission-set.js';
import type { Principal } from '../kernel/principal.js';
import type { TenantStanding } from '../kernel/standing.js';
import { resolveTenant, tenantNamed } from './tenant-resolution.js';

const principals: Record<string, Principal> = {
  session: { kind: 'user', userId: 'u', credentialId: 's', amr: ['pwd'] },
  'API key': { kind: 'api-key', userId: 'u', credentialId: 'k', environment: 'live' },
  'global key': { kind: 'legacy-key', credentialId: 'global-key' },
  'break-glass': { kind: 'break-glass', credentialId: 'mk_0', reason: 'an incident' },
};
const grants = {
  neither: [],
  'admin.users': ['admin.users', 'scans.read'],
  'admin.settings': ['admin.settings', 'scans.read'],
  both: ['admin.users', 'admin.settings'],
};
type Grants = keyof typeof grants;

/** Everything that the rule depends on. */
interface Row {
  readonly who: string;
  readonly names: 'nothing' | 'its own' | 'another' | 'one that is not there';
  readonly home: { readonly active: boolean; readonly operator: boolean; readonly holds: Grants };
  readonly there: { readonly active: boolean; readonly member: boolean; readonly holds: Grants };
}

const booleans = [true, false];
const rows: readonly Row[] = Object.keys(principals).flatMap((who) =>
  (['nothing', 'its own', 'another', 'one that is not there'] as const).flatMap((names) =>
    places(['active', 'operator'] as const).flatMap((home) =>
      places(['active', 'member'] as const).map((there) => ({ who, names, home, there })),
    ),
  ),
);

/** What the rule says, written from its text: what may be entered first, refusals as what is left. */
function specified({ who, names, home, there }: Row): string {
  const isThere = names === 'another';
  const staysHome = names === 'nothing' || names === 'its own';
  if (staysHome && home.active) return `home with ${home.holds}`;
  if (staysHome) return '401';
  if (who === 'break-glass') return isThere && there.active ? `there with ${there.holds}` : '403';
  if (!home.active) return '401';
  const isUser = who === 'session' || who === 'API key';
  if (!isUser || !isThere || !there.active) return '403';
  if (there.member && there.holds === 'both') return 'there with both';
  if (home.operator && home.holds === 'both') return 'there with both';
  return '403';
}

describe('the tenant a request acts in', () => {
  it('is put to the test over every combination of what it depends on', () => {
    expect(rows).toHaveLength(4 * 4 * 16 * 16);
  });

  it('is what the rule says, in all of them', () => {
    const wrong = rows.filter((row) => resolved(row) !== specified(row));
    expect(wrong.map((row) => ({ ...row, is: resolved(row), shouldBe: specified(row) }))).toEqual([]);
  });

  it('is never another one for a caller who is an ordinary tenant’s admin and no member there', () => {
    const entered = rows.filter(
      (row) =>
        row.who !== 'break-glass' &&
        !row.home.operator &&
        !row.there.member &&
        resolved(row).startsWith('there'),
    );
    expect(entered).toEqual([]);
  });

  it('is never another one for a key that everybody shares', () => {
    expect(rows.filter((row) => row.who === 'global key' && resolved(row).startsWith('there'))).toEqual([]);
  });

  it('is never one that is suspended', () => {
    const active = (row: Row) => (resolved(row).startsWith('there') ? row.there.active : row.home.active);
    expect(rows.filter((row) => /^(home|there)/.test(resolved(row)) && !active(row))).toEqual([]);
  });

  it('refuses one that is not there exactly like one that may not be entered', () => {
    const row = { who: 'session', home: place(), there: { ...place(), member: false } };
    const [missing, forbidden] = (['one that is not there', 'another'] as const).map((names) =>
      answer({ ...row, names }),
    );
    expect(missing).toMatchObject({ status: 403, code: 'TENANT_FORBIDDEN' });
    expect(forbidden).toMatchObject({ status: 403, code: 'TENANT_FORBIDDEN' });
    expect((missing as Denial).detail).toBe((forbidden as Denial).detail);
  });

  it('lends a visitor from the operator tenant its own permissions, and the tenant’s own features', () => {
    const home = tenantWith({
      operator: true,
      permissions: PermissionSet.of([...grants.both, 'admin.tenants']),
    });
    const there = { ...tenantWith({ tenantId: otherTenant, features: ['advanced-scans'] }), member: false };
    expect(resolveTenant(principals['session']!, { home, named: there }, otherTenant)).toMatchObject({
      tenantId: otherTenant,
      operator: false,
      features: ['advanced-scans'],
      permissions: home.permissions,
    });
  });

  it('counts a member’s permissions there, never those at home', () => {
    const home = tenantWith({ permissions: PermissionSet.of([...grants.both, 'deploy']) });
    const there = {
      ...tenantWith({ tenantId: otherTenant, permissions: PermissionSet.of(grants.both) }),
      member: true,
    };
    const result = resolveTenant(principals['API key']!, { home, named: there }, otherTenant);
    expect((result as TenantStanding).permissions.names()).toEqual(['admin.settings', 'admin.users']);
  });
});

describe('the header that names a tenant', () => {
  it('is an id, in any capitals', () => {
    expect(tenantNamed(headWith({ 'X-Tenant-ID': homeTenant.toUpperCase() }))).toBe(homeTenant);
    expect(tenantNamed(headWith())).toBeUndefined();
  });

  it.each([
    '',
    'acme',
    '*',
    '1',
    homeTenant.slice(1),
    `${homeTenant}0`,
    `{${homeTenant}}`,
    `'${homeTenant}'`,
    '0'.repeat(32),
  ])('%j is none: 400', (value) => {
    expect(() => tenantNamed(headWith({ 'X-Tenant-ID': value }))).toThrow(
      expect.objectContaining({ status: 400, code: 'INVALID_TENANT' }),
    );
  });
});

function answer({ who, names, home, there }: Row): TenantStanding | Denial {
  const named = {
    nothing: undefined,
    'its own': homeTenant,
    another: otherTenant,
    'one that is not there': otherTenant,
  }[names];
  const standing = standingWith(
    { ...home, permissions: PermissionSet.of(grants[home.holds]) },
    names === 'another'
      ? {
          ...tenantWith({
            tenantId: otherTenant,
            active: there.active,
            permissions: PermissionSet.of(grants[there.holds]),
          }),
          member: there.member,
        }
      : undefined,
  );
  return resolveTenant(principals[who]!, standing, named);
}

function resolved(row: Row): string {
  const result = answer(row);
  if (result instanceof Denial) return String(result.status);
  const holds = Object.entries(grants).find(
    ([, names]) => String(PermissionSet.of(names)) === String(result.permissions),
  );
  return `${result.tenantId === homeTenant ? 'home' : 'there'} with ${holds?.[0] ?? '?'}`;
}

function place() {
  return { active: true, operator: false, member: false, holds: 'both' as Grants };
}

/** Every combination of two truths and a set of permissions. */
function places<A extends string, B extends string>([first, second]: readonly [A, B]) {
  return booleans.flatMap((one) =>
    booleans.flatMap((other) =>
      (Object.keys(grants) as Grants[]).map(
        (holds) => ({ [first]: one, [second]: other, holds }) as Record<A | B, boolean> & { holds: Grants },
      ),
    ),
  );
}
