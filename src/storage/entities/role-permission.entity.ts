import { Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { RoleEntity } from './role.entity.js';

@Entity('role_permissions')
@ForeignKey(() => RoleEntity, ['tenantId', 'roleId'], ['tenantId', 'id'], {
  name: 'role_permissions_role_fkey',
  onDelete: 'CASCADE',
})
export class RolePermissionEntity {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'role_permissions_pkey' })
  tenantId: string;

  @PrimaryColumn('uuid', { name: 'role_id', primaryKeyConstraintName: 'role_permissions_pkey' })
  roleId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'role_permissions_pkey' })
  permission: string;
}
