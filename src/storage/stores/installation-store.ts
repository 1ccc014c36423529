import { InstallationEntity } from '../entities/installation.entity.js';
import { TenantStore } from './tenant-store.js';

/** The installation itself: which tenant runs it. Founded once. */
export class InstallationStore extends TenantStore {
  /** Whether it is still to be founded. Of replicas that start together, the others wait here for the first. */
  async claim(): Promise<boolean> {
    await this.manager.query(`SELECT pg_advisory_xact_lock(hashtext('gatehouse installation'))`);
    return !(await this.manager.exists(InstallationEntity));
  }

  /** Makes the scope's tenant the operator tenant. */
  async found(): Promise<void> {
    await this.manager.insert(InstallationEntity, { operatorTenantId: this.scope.tenantId });
  }
}
