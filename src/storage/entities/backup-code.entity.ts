import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { TotpSecretEntity } from './totp-secret.entity.js';

/** A code that stands in for the authenticator once. */
@Entity('backup_codes')
@ForeignKey(() => TotpSecretEntity, ['userId'], ['userId'], {
  name: 'backup_codes_secret_fkey',
  onDelete: 'CASCADE',
})
export class BackupCodeEntity {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'backup_codes_pkey' })
  userId: string;

  /** SHA-256 of the account and the code; the code itself is nowhere (G9). */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'backup_codes_pkey' })
  digest: Buffer;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt: Date | null;
}
