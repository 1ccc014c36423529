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

  /** Somebody has shown a key of this tenant, and wants nothing but its end. */
  ofLeakedKey(key: { readonly tenantId: string }): TenantScope {
    return TenantScope.mint(key.tenantId, false);
  },

  /** The program mails something to an account, as it would for anybody who names the address: it tells nobody of it. */
  ofAddressee(account: { readonly tenantId: string; readonly operator: boolean }): TenantScope {
    return TenantScope.mint(account.tenantId, account.operator);
  },

  /** Somebody holds a token that was mailed to them on behalf of this tenant. */
  ofMailedToken(place: { readonly tenantId: string; readonly operator: boolean }): TenantScope {
    return TenantScope.mint(place.tenantId, place.operator);
  },

  /** Somebody registers, and makes the tenant that is to be theirs. */
  ofRegistration(tenantId: string): TenantScope {
    return TenantScope.mint(tenantId, false);
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
