import fc from 'fast-check';
import { PermissionSet } from '../kernel/permission-set.js';
import { Problem } from '../kernel/problem.js';
import { knownPermissions, mayGive, mayScope, mayTouch } from './grant-rules.js';
import { PermissionCatalogue } from './permission-catalogue.js';

const catalogue = new PermissionCatalogue(['scans.read', 'scans.write', 'deploy']);
const listed = fc.subarray(catalogue.all.names()).map((names) => PermissionSet.of(names));
/** Held by a role from before the configuration was changed. */
const gone = fc.subarray(['old.read', 'old.write']).map((names) => PermissionSet.of(names));

function refusal(act: () => void): Problem | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

describe('nobody gives more than they hold', () => {
  it('lets through exactly what the holder covers, and names all the rest', () => {
    fc.assert(
      fc.property(listed, listed, (holder, given) => {
        const refused = refusal(() => mayGive(holder, given));
        const missing = given.names().filter((name) => !holder.has(name));
        expect(refused?.code).toBe(missing.length === 0 ? undefined : 'BEYOND_OWN_PERMISSIONS');
        for (const name of missing) expect(refused?.detail).toContain(name);
      }),
    );
  });

  it('gives an empty set to anybody, and to nobody else what it does not list', () => {
    expect(refusal(() => mayGive(PermissionSet.none, PermissionSet.none))).toBeUndefined();
    expect(refusal(() => mayGive(catalogue.all, PermissionSet.of(['old.read'])))).toMatchObject({
      status: 403,
    });
  });

  it('says of a key which scopes are not held, and by whom', () => {
    const refused = refusal(() =>
      mayScope(PermissionSet.of(['deploy']), PermissionSet.of(['deploy', 'scans.read']), 'you do'),
    );
    expect(refused).toMatchObject({ status: 403, code: 'SCOPE_NOT_HELD' });
    expect(refused?.detail).toBe("A key can't have scopes that you do not hold: scans.read.");
  });
});

describe('nobody touches what is above them', () => {
  it('refuses whatever the holder lacks of the catalogue, and nothing for what is no longer in it', () => {
    fc.assert(
      fc.property(listed, listed, gone, (holder, touched, stale) => {
        const role = PermissionSet.of([...touched.names(), ...stale.names()]);
        const refused = refusal(() => mayTouch(holder, role, catalogue));
        expect(refused === undefined).toBe(holder.covers(touched));
      }),
    );
  });
});

describe('names of permissions', () => {
  it('are refused one by one when the catalogue does not list them', () => {
    const refused = refusal(() => knownPermissions(catalogue, ['deploy', 'fly', '*'], 'scopes'));
    expect(refused).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
    expect(refused?.errors).toEqual([
      { field: 'scopes.1', message: 'fly is not a permission' },
      { field: 'scopes.2', message: '* is not a permission' },
    ]);
  });

  it('count once each', () => {
    expect(knownPermissions(catalogue, ['deploy', 'deploy'], 'scopes').names()).toEqual(['deploy']);
  });
});
