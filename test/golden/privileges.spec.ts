import { callable, privileges } from '../../src/storage/schema/app-role.js';
import { expectGolden } from './golden.js';

describe('what the program may do in its database', () => {
  it('is what was reviewed, table by table and function by function', () => {
    const tables = Object.entries(privileges).map(
      ([table, granted]) => `${table} ${[...granted].sort().join(' ')}`,
    );
    const functions = callable.map((signature) => `${signature} EXECUTE`);
    expect(tables.length * functions.length).toBeGreaterThan(0);
    expectGolden('privileges.txt', [...[...tables].sort(), ...[...functions].sort(), ''].join('\n'));
  });
});
