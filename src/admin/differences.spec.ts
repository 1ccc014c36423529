import { PermissionSet } from '../kernel/permission-set.js';
import { differences } from './differences.js';

describe('what a change changes', () => {
  const role = { name: 'Auditor', permissions: PermissionSet.of(['a', 'b']), builtIn: false };

  it('is told before and after, for the members that differ only', () => {
    const changed = differences(role, { name: 'Auditor', permissions: PermissionSet.of(['b']) });
    expect(JSON.parse(JSON.stringify(changed))).toEqual({
      before: { permissions: ['a', 'b'] },
      after: { permissions: ['b'] },
    });
  });

  it('is nothing when all is as it was, or nothing was said', () => {
    expect(differences(role, { permissions: PermissionSet.of(['b', 'a']), name: undefined })).toBeUndefined();
  });
});
