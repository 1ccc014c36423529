import { builtInPermissions, builtInRoleNames } from '../../src/access/built-in-roles.js';
import { PermissionCatalogue } from '../../src/access/permission-catalogue.js';
import { expectGolden } from './golden.js';

/** An installation's permissions, in every habit of naming. */
const example = ['scans.read', 'scans.write', 'databases:read', 'databases:write', 'read', 'deploy'];

describe('who may do what', () => {
  it('is the matrix of built-in roles and permissions that was reviewed', () => {
    const catalogue = new PermissionCatalogue(example);
    const roles = builtInRoleNames.map((name) => ({
      name,
      permissions: builtInPermissions(name, catalogue),
    }));
    const line = (title: string, cells: readonly string[]) =>
      `${title.padEnd(20)}${cells.map((cell, index) => cell.padEnd((builtInRoleNames[index]?.length ?? 0) + 2)).join('')}`.trimEnd();
    const rows = catalogue.list().map(({ name }) =>
      line(
        name,
        roles.map(({ permissions }) => (permissions.has(name) ? 'yes' : '-')),
      ),
    );
    expect(rows.length).toBeGreaterThan(example.length);
    expectGolden('role-matrix.txt', [line('', builtInRoleNames), ...rows, ''].join('\n'));
  });
});
