import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RoleEntity } from './role.entity.js';
import { TenantEntity } from './tenant.entity.js';

/** An offer of a role to whoever reads an address's mail. */
@Entity('invitations')
@Index('invitations_address', ['tenantId', 'emailKey'])
@ForeignKey(() => TenantEntity, ['tenantId'], ['id'], { name: 'invitations_tenant_fkey' })
@ForeignKey(() => RoleEntity, ['tenantId', 'roleId'], ['tenantId', 'id'], {
  name: 'invitations_role_fkey',
  onDelete: 'CASCADE',
})
export class InvitationEntity {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'invitations_pkey' })
  tenantId: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'invitations_pkey' })
  id: string;

  @Column('text')
  email: string;

  @Column('text', { name: 'email_key' })
  emailKey: string;

  @Column('uuid', { name: 'role_id' })
  roleId: string;

  @Index('invitations_digest', { unique: true })
  @Column('bytea')
  digest: Buffer;

  /** The user who invites; not always a member, for an operator may have entered the tenant. */
  @Column('uuid', { name: 'invited_by' })
  invitedBy: string;

  /** The key they did it with, if it was one: then the invitation gives no more than its scopes, and ends with it. */
  @Column('uuid', { name: 'key_id', nullable: true })
  keyId: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;
}
