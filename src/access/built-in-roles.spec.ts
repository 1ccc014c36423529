import fc from 'fast-check';
import { builtInPermissions, builtInRoleNames } from './built-in-roles.js';
import { isPermissionName, ownPermissions, PermissionCatalogue } from './permission-catalogue.js';

const installation = [
  'scans.read',
  'scans.write',
  'databases:read',
  'deploy',
  'read',
  'spread',
  'scans.read.all',
  'constructor',
];
const catalogue = new PermissionCatalogue(installation);
const namesOf = (role: (typeof builtInRoleNames)[number]) => builtInPermissions(role, catalogue).names();

describe('a built-in role', () => {
  it('owner has all there is', () => {
    expect(namesOf('owner')).toEqual(catalogue.all.names());
  });

  it('admin has all but what reaches beyond its tenant, or judges an emergency', () => {
    expect(namesOf('admin')).toEqual(
      catalogue.all.names().filter((name) => !['admin.tenants', 'admin.break_glass'].includes(name)),
    );
  });

  it('member has the installation’s permissions and its own keys', () => {
    expect(namesOf('member')).toEqual([...installation, 'keys.own'].sort());
  });

  it.each(['viewer', 'legacy-restricted'] as const)('%s reads', (role) => {
    expect(namesOf(role)).toEqual(['databases:read', 'read', 'scans.read']);
  });

  it('has nothing of Gatehouse’s own without being meant to, whatever the installation names', () => {
    const names = fc.array(fc.stringMatching(/^[A-Za-z0-9.:_-]{1,20}$/).filter(isPermissionName));
    fc.assert(
      fc.property(names, (listed) => {
        const own = new PermissionCatalogue(listed.filter((name) => !Object.hasOwn(ownPermissions, name)));
        for (const role of ['viewer', 'legacy-restricted', 'member'] as const) {
          const held = builtInPermissions(role, own)
            .names()
            .filter((name) => name.startsWith('admin.') && !listed.includes(name));
          expect(held).toEqual([]);
        }
        for (const role of builtInRoleNames) expect(own.all.covers(builtInPermissions(role, own))).toBe(true);
      }),
    );
  });

  it('is never more than the next one up', () => {
    const [owner, admin, member, viewer, restricted] = builtInRoleNames.map((role) =>
      builtInPermissions(role, catalogue),
    );
    expect(owner?.covers(admin!)).toBe(true);
    expect(admin?.covers(member!)).toBe(true);
    expect(member?.covers(viewer!)).toBe(true);
    expect(viewer?.covers(restricted!)).toBe(true);
  });
});
