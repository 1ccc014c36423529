import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RoleEntity } from './role.entity.js';
import { TenantEntity } from './tenant.entity.js';
import { UserEntity } from './user.entity.js';

export type MembershipStatus = 'active' | 'disabled';

/** An account in a tenant: what it is called, may do, and whether it still may, there and nowhere else. */
@Entity('memberships')
@Check('memberships_status_check', `status IN ('active', 'disabled')`)
@Index('memberships_user', ['userId'])
@Index('memberships_role', ['tenantId', 'roleId'])
@ForeignKey(() => TenantEntity, ['tenantId'], ['id'], { name: 'memberships_tenant_fkey' })
@ForeignKey(() => UserEntity, ['userId'], ['id'], { name: 'memberships_user_fkey' })
@ForeignKey(() => RoleEntity, ['tenantId', 'roleId'], ['tenantId', 'id'], { name: 'memberships_role_fkey' })
export class MembershipEntity {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'memberships_pkey' })
  tenantId: string;

  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'memberships_pkey' })
  userId: string;

  @Column('uuid', { name: 'role_id' })
  roleId: string;

  @Column('text')
  name: string;

  @Column('text', { default: 'active' })
  status: MembershipStatus;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
