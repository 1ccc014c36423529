import type { EntityManager } from 'typeorm';
import type { TenantScope } from '../../kernel/tenant-scope.js';

/** What every store of a tenant's rows is built on: a transaction that is in the scope's tenant, and a filter of its own. */
export abstract class TenantStore {
  constructor(
    protected readonly manager: EntityManager,
    protected readonly scope: TenantScope,
  ) {}

  /** The filter of every query. Row-level security would keep the rows apart without it; each stands when the other falls. */
  protected own(): { tenantId: string } {
    return { tenantId: this.scope.tenantId };
  }
}
