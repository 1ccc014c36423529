import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { TenantEntity } from './tenant.entity.js';

@Entity('roles')
@Index('roles_name', ['tenantId', 'name'], { unique: true })
@ForeignKey(() => TenantEntity, ['tenantId'], ['id'], { name: 'roles_tenant_fkey' })
export class RoleEntity {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'roles_pkey' })
  tenantId: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'roles_pkey' })
  id: string;

  @Column('text')
  name: string;

  /** Its permissions follow from the catalogue, and nobody can change it. */
  @Column('boolean', { name: 'built_in', default: false })
  builtIn: boolean;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
