import { homeTenant, otherTenant } from '../../test/harness/live-credentials.js';
import { scopes } from './scopes.js';

describe('a scope that no request was admitted for', () => {
  it('is of the tenant whose account was proven', () => {
    expect(scopes.ofProvenAccount({ tenantId: homeTenant, operator: true })).toEqual({
      tenantId: homeTenant,
      operator: true,
    });
    expect(scopes.ofProvenAccount({ tenantId: homeTenant, operator: false })).toEqual({
      tenantId: homeTenant,
      operator: false,
    });
  });

  it('is of a new tenant only for the operator, and is no operator’s itself', () => {
    const operator = scopes.ofProvenAccount({ tenantId: homeTenant, operator: true });
    expect(scopes.ofTenantMadeBy(operator, otherTenant)).toEqual({ tenantId: otherTenant, operator: false });
    const ordinary = scopes.ofProvenAccount({ tenantId: homeTenant, operator: false });
    expect(() => scopes.ofTenantMadeBy(ordinary, otherTenant)).toThrow('only the operator tenant');
  });

  it('can’t be changed into another', () => {
    expect(Object.isFrozen(scopes.ofFounding(homeTenant))).toBe(true);
    expect(scopes.ofFounding(homeTenant).operator).toBe(false);
  });
});
