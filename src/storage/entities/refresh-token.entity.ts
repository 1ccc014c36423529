import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { SessionEntity } from './session.entity.js';

/** One link in a session's line of refresh tokens. The session is the family: when a link is used twice, it ends. */
@Entity('refresh_tokens')
@ForeignKey(() => SessionEntity, ['tenantId', 'sessionId'], ['tenantId', 'id'], {
  name: 'refresh_tokens_session_fkey',
})
export class RefreshTokenEntity {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'refresh_tokens_pkey' })
  tenantId: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'refresh_tokens_pkey' })
  id: string;

  @Column('uuid', { name: 'session_id' })
  sessionId: string;

  @Index('refresh_tokens_digest', { unique: true })
  @Column('bytea')
  digest: Buffer;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt: Date | null;

  /** The token that followed, sealed: a client whose answer was lost gets the same one again for a moment. */
  @Column('bytea', { nullable: true })
  successor: Buffer | null;
}
