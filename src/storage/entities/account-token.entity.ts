import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { UserEntity } from './user.entity.js';

export type TokenPurpose = 'verify-email' | 'reset-password';

/** A token that was mailed to an account's address: whoever presents it reads that mailbox. */
@Entity('account_tokens')
@Check('account_tokens_purpose_check', `purpose IN ('verify-email', 'reset-password')`)
@Index('account_tokens_user', ['userId', 'purpose', 'createdAt'])
@ForeignKey(() => UserEntity, ['userId'], ['id'], { name: 'account_tokens_user_fkey' })
export class AccountTokenEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'account_tokens_pkey' })
  id: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @Column('text')
  purpose: TokenPurpose;

  @Index('account_tokens_digest', { unique: true })
  @Column('bytea')
  digest: Buffer;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt: Date | null;
}
