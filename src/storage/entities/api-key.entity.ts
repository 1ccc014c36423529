import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { MembershipEntity } from './membership.entity.js';

@Entity('api_keys')
@Check('api_keys_environment_check', `environment IN ('live', 'test')`)
@Check('api_keys_source_ranges_check', 'cardinality(source_ranges) BETWEEN 1 AND 20')
@Index('api_keys_owner', ['tenantId', 'userId', 'id'])
@Index('api_keys_id', ['id'], { unique: true })
@Index('api_keys_expiry', ['expiresAt'])
@ForeignKey(() => MembershipEntity, ['tenantId', 'userId'], ['tenantId', 'userId'], {
  name: 'api_keys_owner_fkey',
})
@ForeignKey(() => ApiKeyEntity, ['tenantId', 'replacedBy'], ['tenantId', 'id'], {
  name: 'api_keys_successor_fkey',
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

  /** CIDR ranges from which it may be used; null means from anywhere. */
  @Column('text', { name: 'source_ranges', array: true, nullable: true })
  sourceRanges: string[] | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  /** The key that was made in its place, if it was rotated. */
  @Column('uuid', { name: 'replaced_by', nullable: true })
  replacedBy: string | null;

  /** When it was last used, to the minute, and from which address. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;

  @Column('text', { name: 'last_used_from', nullable: true })
  lastUsedFrom: string | null;

  /** Of how many days before its end its owner was warned last. */
  @Column('smallint', { name: 'warned_days', nullable: true })
  warnedDays: number | null;

  /** The user, or the kind of credential, that made it. */
  @Column('text', { name: 'created_by' })
  createdBy: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
