import type { Admission } from '../kernel/admission.js';
import type { Principal } from '../kernel/principal.js';
import { restrainBreakGlass } from './restraint.js';

describe('break-glass', () => {
  const breakGlass = as({
    kind: 'break-glass',
    credentialId: 'fingerprint',
    reason: 'the night of the outage',
  });

  it('may take away', () => {
    expect(() => restrainBreakGlass(breakGlass, true)).not.toThrow();
  });

  it('may change nothing that would outlive the incident', () => {
    expect(() => restrainBreakGlass(breakGlass, false)).toThrow(
      expect.objectContaining({ code: 'BREAK_GLASS_FORBIDDEN' }),
    );
  });

  it('is alone in that', () => {
    const user = as({ kind: 'user', userId: 'u', credentialId: 's', amr: [] });
    expect(() => restrainBreakGlass(user, false)).not.toThrow();
  });
});

function as(principal: Principal): Admission {
  return { principal } as Admission;
}
