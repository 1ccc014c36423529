import type { EntityManager } from 'typeorm';
import type { TenantScope } from '../../kernel/tenant-scope.js';

/**
 * How a row is held until the transaction ends: so that it can be judged by, or so that it can be changed. Two may
 * judge at once. Neither gets in the way of a row that merely refers to it.
 */
export type Hold = 'to-judge' | 'to-change';

export const lockModes = { 'to-judge': 'pessimistic_read', 'to-change': 'for_no_key_update' } as const;

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
