import fc from 'fast-check';
import { builtInPermissions, builtInRoleNames } from '../../access/built-in-roles.js';
import { PermissionCatalogue } from '../../access/permission-catalogue.js';
import { PermissionSet } from '../../kernel/permission-set.js';
import { Problem } from '../../kernel/problem.js';
import { judgeUserChange, type UserTransition } from './user-rules.js';

const catalogue = new PermissionCatalogue(['scans.read', 'scans.write', 'deploy']);
const builtIn = builtInRoleNames.map((name) => ({
  id: name,
  name,
  builtIn: true,
  permissions: builtInPermissions(name, catalogue),
}));
const own = fc.subarray(catalogue.all.names()).map((names) => {
  return { id: names.join(), name: 'own', builtIn: false, permissions: PermissionSet.of(names) };
});
const role = fc.oneof(fc.constantFrom(...builtIn), own);
const status = fc.constantFrom('active' as const, 'disabled' as const);
const transition: fc.Arbitrary<UserTransition> = fc.record({
  user: fc.record({ status }),
  current: role,
  next: role,
  status: fc.option(status, { nil: undefined }),
});
const holder = role.map(({ permissions }) => permissions);

function judged(wanted: UserTransition, permissions: PermissionSet): boolean | Problem {
  try {
    return judgeUserChange(wanted, permissions, catalogue);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function named(name: string) {
  return builtIn.find((candidate) => candidate.name === name)!;
}

describe('a change of a user', () => {
  it('is never made by somebody who holds less than the user', () => {
    fc.assert(
      fc.property(transition, holder, (wanted, permissions) => {
        fc.pre(!permissions.covers(wanted.current.permissions));
        expect(judged(wanted, permissions)).toMatchObject({ status: 403, code: 'BEYOND_OWN_PERMISSIONS' });
      }),
    );
  });

  it('never gives a role that holds more than the giver', () => {
    fc.assert(
      fc.property(transition, holder, (wanted, permissions) => {
        fc.pre(wanted.next.id !== wanted.current.id && !permissions.covers(wanted.next.permissions));
        expect(judged(wanted, permissions)).toMatchObject({ status: 403 });
      }),
    );
  });

  it('is allowed to whoever holds all that is touched and given', () => {
    fc.assert(fc.property(transition, (wanted) => typeof judged(wanted, catalogue.all) === 'boolean'));
  });

  it('lets no admin dethrone an owner', () => {
    const wanted = {
      user: { status: 'active' as const },
      current: named('owner'),
      next: named('viewer'),
      status: undefined,
    };
    expect(judged(wanted, named('admin').permissions)).toMatchObject({ code: 'BEYOND_OWN_PERMISSIONS' });
  });

  it.each([
    ['active', 'owner', 'admin', undefined, true],
    ['active', 'owner', 'owner', 'disabled', true],
    ['active', 'owner', 'owner', 'active', false],
    ['active', 'owner', 'owner', undefined, false],
    ['disabled', 'owner', 'admin', undefined, false],
    ['active', 'admin', 'owner', undefined, false],
    ['active', 'admin', 'admin', 'disabled', false],
  ] as const)('of an %s %s to %s (%p) takes an owner away: %p', (before, current, next, after, takes) => {
    const wanted = { user: { status: before }, current: named(current), next: named(next), status: after };
    expect(judged(wanted, catalogue.all)).toBe(takes);
  });

  it('to somebody who is let in again gives them their role anew', () => {
    const stale = { id: 'x', name: 'x', builtIn: false, permissions: PermissionSet.of(['no.longer.listed']) };
    const wanted = {
      user: { status: 'disabled' as const },
      current: stale,
      next: stale,
      status: 'active' as const,
    };
    expect(judged(wanted, catalogue.all)).toMatchObject({ status: 403 });
    expect(judged({ ...wanted, status: 'disabled' }, catalogue.all)).toBe(false);
  });
});
