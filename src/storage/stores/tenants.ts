import { MoreThan } from 'typeorm';
import { TenantFeatureEntity } from '../entities/tenant-feature.entity.js';
import { TenantEntity, type TenantStatus } from '../entities/tenant.entity.js';
import { exact } from './exact.js';
import { toSlice, type Page, type Slice } from './page.js';
import { lockModes, TenantStore } from './tenant-store.js';

export interface TenantView {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly status: TenantStatus;
  readonly features: readonly string[];
  readonly createdAt: Date;
}

/** Tenants: all of them from within the operator tenant, from within any other only itself. */
export class Tenants extends TenantStore {
  async list(page: Page): Promise<Slice<TenantView>> {
    const after = page.after === undefined ? {} : { id: MoreThan(page.after) };
    const rows = await this.manager.find(TenantEntity, {
      where: { ...this.visible(), ...(this.scope.operator ? after : {}) },
      order: { id: 'ASC' },
      take: page.limit + 1,
    });
    return toSlice(await this.withFeatures(rows), page.limit, (tenant) => tenant.id);
  }

  async find(id: string): Promise<TenantView | undefined> {
    if (!this.sees(id)) return undefined;
    const row = await this.manager.findOneBy(TenantEntity, { id });
    return row === null ? undefined : (await this.withFeatures([row]))[0];
  }

  /** Holds a tenant until the transaction ends, to change it. @returns the tenant as it is now */
  async hold(id: string): Promise<TenantView | undefined> {
    await this.manager
      .createQueryBuilder(TenantEntity, 'tenant')
      .setLock(lockModes['to-change'])
      .where(exact({ id }))
      .getOne();
    return this.find(id);
  }

  async create(tenant: { id: string; name: string; slug: string }): Promise<void> {
    await this.manager.insert(TenantEntity, tenant);
  }

  async update(id: string, change: { name?: string; status?: TenantStatus }): Promise<void> {
    if (!this.sees(id)) return;
    await this.manager.update(TenantEntity, { id }, change);
  }

  /** Replaces the licensed features of a tenant. */
  async setFeatures(tenantId: string, features: readonly string[]): Promise<void> {
    if (!this.sees(tenantId)) return;
    await this.manager.delete(TenantFeatureEntity, { tenantId });
    if (features.length === 0) return;
    await this.manager.insert(
      TenantFeatureEntity,
      features.map((feature) => ({ tenantId, feature })),
    );
  }

  private sees(id: string): boolean {
    return this.scope.operator || id === this.scope.tenantId;
  }

  private visible(): { id?: string } {
    return this.scope.operator ? {} : { id: this.scope.tenantId };
  }

  private async withFeatures(rows: readonly TenantEntity[]): Promise<TenantView[]> {
    if (rows.length === 0) return [];
    const features = await this.manager
      .createQueryBuilder(TenantFeatureEntity, 'feature')
      .where('feature.tenantId IN (:...ids)', { ids: rows.map((row) => row.id) })
      .orderBy('feature.feature')
      .getMany();
    return rows.map(({ id, name, slug, status, createdAt }) => ({
      id,
      name,
      slug,
      status,
      createdAt,
      features: features.filter(({ tenantId }) => tenantId === id).map(({ feature }) => feature),
    }));
  }
}
