import fc from 'fast-check';
import { PermissionSet } from './permission-set.js';

const name = fc.constantFrom(
  'scans.read',
  'scans.write',
  'databases:read',
  'deploy',
  'admin.users',
  'admin.keys',
);
const set = fc.array(name).map((names) => PermissionSet.of(names));
const holds = (property: (a: PermissionSet, b: PermissionSet, c: PermissionSet) => void) =>
  fc.assert(fc.property(set, set, set, property));

describe('a set of permissions', () => {
  it('holds what it was made of and nothing else', () => {
    fc.assert(
      fc.property(fc.array(name), name, (names, one) => {
        expect(PermissionSet.of(names).has(one)).toBe(names.includes(one));
      }),
    );
  });

  it('is not changed by a list that changes later', () => {
    const names = ['deploy'];
    const made = PermissionSet.of(names);
    names.push('admin.users');
    made.names().push('admin.users');
    expect(made.has('admin.users')).toBe(false);
  });

  it.each(['*', 'scans.*', 'scans', '', '__proto__', 'constructor', 'SCANS.READ'])(
    'does not take %j for more than a name',
    (other) => {
      expect(PermissionSet.of(['scans.read', '*', 'scans.*']).has('admin.users')).toBe(false);
      expect(PermissionSet.of(['scans.read']).has(other)).toBe(false);
    },
  );
});

describe('what two sets share', () => {
  it('is in both, and everything that is in both', () => {
    holds((a, b) => {
      for (const one of [...a.names(), ...b.names()]) {
        expect(a.intersect(b).has(one)).toBe(a.has(one) && b.has(one));
      }
    });
  });

  it('is never more than either: a key cannot do more than its scopes, nor than its owner', () => {
    holds((a, b) => {
      expect(a.covers(a.intersect(b))).toBe(true);
      expect(b.covers(a.intersect(b))).toBe(true);
    });
  });

  it('depends neither on order nor on grouping', () => {
    holds((a, b, c) => {
      expect(a.intersect(b).names()).toEqual(b.intersect(a).names());
      expect(a.intersect(b).intersect(c).names()).toEqual(a.intersect(b.intersect(c)).names());
      expect(a.intersect(a).names()).toEqual(a.names());
    });
  });

  it('is nothing when either has nothing: empty scopes mean none, never all', () => {
    holds((a) => {
      expect(a.intersect(PermissionSet.none).names()).toEqual([]);
      expect(PermissionSet.none.intersect(a).names()).toEqual([]);
    });
  });
});

describe('covering, the test for "nobody grants more than they hold"', () => {
  it('is an order: of itself, of nothing, and passed on', () => {
    holds((a, b, c) => {
      expect(a.covers(a)).toBe(true);
      expect(a.covers(PermissionSet.none)).toBe(true);
      if (a.covers(b) && b.covers(c)) expect(a.covers(c)).toBe(true);
      if (a.covers(b) && b.covers(a)) expect(a.names()).toEqual(b.names());
    });
  });

  it('says no exactly when something is missing, and names it', () => {
    holds((a, b) => {
      const missing = b.missingFrom(a);
      expect(a.covers(b)).toBe(missing.length === 0);
      expect(missing.every((one) => b.has(one) && !a.has(one))).toBe(true);
      expect(missing.length + a.intersect(b).names().length).toBe(b.names().length);
    });
  });
});

describe('its text', () => {
  it('is read back as it was written, and equal sets read alike', () => {
    holds((a) => {
      expect(PermissionSet.parse(String(a)).names()).toEqual(a.names());
      expect(String(PermissionSet.of(a.names().reverse()))).toBe(String(a));
      expect(JSON.parse(JSON.stringify(a))).toEqual(a.names());
    });
  });

  it.each([null, ''])('that is %j means nothing, never everything', (text) => {
    expect(PermissionSet.parse(text).names()).toEqual([]);
  });
});
