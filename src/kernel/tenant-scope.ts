/**
 * The one tenant a piece of work may touch. Stores can be reached only with a scope, and only the gate makes scopes
 * (G5): `TenantScope.mint` is forbidden by lint outside `src/gate`.
 */
export class TenantScope {
  private constructor(
    readonly tenantId: string,
    /** Whether the tenant is the operator tenant, which may see the list of tenants. */
    readonly operator: boolean,
  ) {
    Object.freeze(this);
  }

  static mint(tenantId: string, operator: boolean): TenantScope {
    return new TenantScope(tenantId, operator);
  }
}
