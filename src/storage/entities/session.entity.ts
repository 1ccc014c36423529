import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { MembershipEntity } from './membership.entity.js';

@Entity('sessions')
@Index('sessions_user', ['userId'])
@ForeignKey(() => MembershipEntity, ['tenantId', 'userId'], ['tenantId', 'userId'], {
  name: 'sessions_member_fkey',
})
export class SessionEntity {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'sessions_pkey' })
  tenantId: string;

  @Index('sessions_id', { unique: true })
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_pkey' })
  id: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  /** How the person was authenticated (RFC 8176): `pwd`, later `otp`. */
  @Column('text', { array: true })
  amr: string[];

  @Column('timestamptz', { name: 'mfa_at', nullable: true })
  mfaAt: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt: Date | null;

  @Column('text', { name: 'source_address' })
  sourceAddress: string;

  @Column('text', { name: 'user_agent' })
  userAgent: string;
}
