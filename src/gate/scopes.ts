import { TenantScope } from '../kernel/tenant-scope.js';

/**
 * Scopes for the moments in which somebody is known without a request having been admitted as theirs. They stand here,
 * in the gate, so that all minting is in one room.
 */
export const scopes = {
  /** A person has just proven a password, or a refresh token, that belongs to this tenant. */
  ofProvenAccount(account: { readonly tenantId: string; readonly operator: boolean }): TenantScope {
    return TenantScope.mint(account.tenantId, account.operator);
  },

  /** The program founds its own first tenant, before anybody can ask for anything. */
  ofFounding(tenantId: string): TenantScope {
    return TenantScope.mint(tenantId, false);
  },

  /** An operator, admitted in the operator tenant, looks after a tenant it has just made. */
  ofTenantMadeBy(operator: TenantScope, tenantId: string): TenantScope {
    if (!operator.operator) throw new Error('only the operator tenant makes tenants');
    return TenantScope.mint(tenantId, false);
  },
};
