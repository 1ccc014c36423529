import { Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { TenantEntity } from './tenant.entity.js';

@Entity('tenant_features')
@ForeignKey(() => TenantEntity, ['tenantId'], ['id'], { name: 'tenant_features_tenant_fkey' })
export class TenantFeatureEntity {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'tenant_features_pkey' })
  tenantId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'tenant_features_pkey' })
  feature: string;
}
