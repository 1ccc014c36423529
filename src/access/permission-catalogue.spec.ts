import fc from 'fast-check';
import { isPermissionName, ownPermissions, PermissionCatalogue } from './permission-catalogue.js';

describe('the permission catalogue', () => {
  it('holds Gatehouse’s own permissions and those of the installation, and no others', () => {
    const catalogue = new PermissionCatalogue(['scans.read', 'databases:read', 'deploy']);
    const names = [...Object.keys(ownPermissions), 'databases:read', 'deploy', 'scans.read'].sort();
    expect(catalogue.list().map(({ name }) => name)).toEqual(names);
    expect(catalogue.all.names()).toEqual(names);
    for (const name of names) expect(catalogue.has(name)).toBe(true);
    for (const name of ['scans.write', '*', 'admin', '', 'constructor'])
      expect(catalogue.has(name)).toBe(false);
  });

  it('says whose each permission is', () => {
    const origins = new PermissionCatalogue(['deploy']).list().map(({ name, origin }) => [name, origin]);
    expect(Object.fromEntries(origins)).toMatchObject({ deploy: 'installation', 'admin.users': 'gatehouse' });
  });

  it.each(Object.keys(ownPermissions))(
    'refuses %s from the configuration: it would change its meaning',
    (name) => {
      expect(() => new PermissionCatalogue([name])).toThrow(`"${name}" is Gatehouse's own`);
    },
  );

  it.each([
    '',
    ' ',
    '*',
    'scans.*',
    'scans read',
    'scans.read ',
    '.read',
    '-x',
    'a/b',
    'é',
    'a\n',
    'a'.repeat(101),
  ])('refuses %j as a name', (name) => {
    expect(() => new PermissionCatalogue([name])).toThrow('is not a permission name');
  });

  it.each(['a', 'constructor', 'toString', 'A.b_c-d:e', '0', 'a'.repeat(100)])(
    'takes %s as a name',
    (name) => {
      expect(new PermissionCatalogue([name]).has(name)).toBe(true);
    },
  );
});

describe('the name of a permission', () => {
  it('can always be written among others, divided by spaces, and quoted in a header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        if (isPermissionName(text)) expect(text).not.toMatch(/[\s"*,\\]/);
      }),
    );
  });
});
