import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { TenantEntity } from './tenant.entity.js';

/** One row: which tenant is the installation's own. */
@Entity('installation')
@Check('installation_singleton_check', 'singleton')
@ForeignKey(() => TenantEntity, ['operatorTenantId'], ['id'], { name: 'installation_operator_fkey' })
export class InstallationEntity {
  @PrimaryColumn('boolean', { default: true, primaryKeyConstraintName: 'installation_pkey' })
  singleton: boolean;

  @Column('uuid', { name: 'operator_tenant_id' })
  operatorTenantId: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
