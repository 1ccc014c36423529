import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { changeRecord } from '../../gate/change-record.js';
import type { Admission } from '../../kernel/admission.js';
import { Problem } from '../../kernel/problem.js';
import { Database } from '../../storage/database.js';
import type { Page, Slice } from '../../storage/stores/page.js';
import type { TenantView } from '../../storage/stores/tenants.js';
import { differences } from '../differences.js';
import type { NewTenant, TenantChange } from './tenant.schemas.js';

/** The installation's tenants, as the operator tenant keeps them. What is inside a tenant is that tenant's own. */
@Injectable()
export class TenantService {
  constructor(private readonly database: Database) {}

  async list(admission: Admission, page: Page): Promise<Slice<TenantView>> {
    return this.database.within(admission.scope, (stores) => stores.tenants.list(page));
  }

  /** @throws Problem (404) */
  async find(admission: Admission, id: string): Promise<TenantView> {
    return this.database.within(admission.scope, async (stores) => found(await stores.tenants.find(id)));
  }

  /** Makes a tenant with its built-in roles, and nobody in it yet. @throws Problem (409) when the slug is taken */
  async create(admission: Admission, { name, slug, features }: NewTenant): Promise<TenantView> {
    const id = uuidv7();
    return this.database.within(admission.scope, async (stores) => {
      await stores.tenants.create({ id, name, slug });
      await stores.tenants.setFeatures(id, features);
      await stores.trail.record(changeRecord(admission, 'tenant.created', id, { name, slug, features }));
      return found(await stores.tenants.find(id));
    });
  }

  /**
   * Changes a tenant. A suspended one refuses the next request of each of its identities.
   * @throws Problem 404; 409 for suspending the operator tenant: nobody would be left to undo it
   */
  async update(admission: Admission, id: string, change: TenantChange): Promise<TenantView> {
    const { name, status, features } = change;
    return this.database.within(admission.scope, async (stores) => {
      const tenant = found(await stores.tenants.hold(id));
      if (status === 'suspended' && id === admission.scope.tenantId) throw operatorTenant();
      // The database may sort by other rules than we do.
      const changed = differences({ ...tenant, features: [...tenant.features].sort() }, change);
      if (changed === undefined) return tenant;
      if (name !== undefined || status !== undefined) await stores.tenants.update(id, { name, status });
      if (features !== undefined) await stores.tenants.setFeatures(id, features);
      await stores.trail.record(changeRecord(admission, 'tenant.updated', id, { ...changed }));
      return found(await stores.tenants.find(id));
    });
  }
}

function found(tenant: TenantView | undefined): TenantView {
  if (tenant === undefined) throw Problem.notFound('tenant');
  return tenant;
}

function operatorTenant(): Problem {
  return Problem.conflict('OPERATOR_TENANT', 'The operator tenant can be renamed, but not suspended.');
}
