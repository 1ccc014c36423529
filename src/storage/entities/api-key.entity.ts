import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { MembershipEntity } from './membership.entity.js';

@Entity('api_keys')
@Check('api_keys_environment_check', `environment IN ('live', 'test')`)
@Index('api_keys_owner', ['tenantId', 'userId', 'id'])
@ForeignKey(() => MembershipEntity, ['tenantId', 'userId'], ['tenantId', 'userId'], {
  name: 'api_keys_owner_fkey',
})
export class ApiKeyEntity {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'api_keys_pkey' })
  tenantId: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'api_keys_pkey' })
  id: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @Column('text')
  name: string;

  /** The key's first characters, for people to tell keys apart. */
  @Column('text')
  prefix: string;

  /** SHA-256 of the key; the key itself is nowhere (G9). */
  @Index('api_keys_digest', { unique: true })
  @Column('bytea')
  digest: Buffer;

  @Column('text', { array: true })
  scopes: string[];

  @Column('text', { default: 'live' })
  environment: 'live' | 'test';

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  /** The user, or the kind of credential, that made it. */
  @Column('text', { name: 'created_by' })
  createdBy: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
