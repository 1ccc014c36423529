import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { UserEntity } from './user.entity.js';

/** An account's TOTP secret (RFC 6238): one that is being set up, or the one that counts. */
@Entity('totp_secrets')
@ForeignKey(() => UserEntity, ['userId'], ['id'], { name: 'totp_secrets_user_fkey' })
export class TotpSecretEntity {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'totp_secrets_pkey' })
  userId: string;

  /** Sealed. */
  @Column('bytea')
  secret: Buffer;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** Null until a code has proven that the person can make codes with it. */
  @Column('timestamptz', { name: 'enabled_at', nullable: true })
  enabledAt: Date | null;

  /** The last time step a code was accepted for; a whole number, which the driver gives as text. */
  @Column('bigint', { name: 'last_step', nullable: true })
  lastStep: string | null;
}
