import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { TenantEntity } from './tenant.entity.js';

/** An account: one person's e-mail address and password, whatever tenants they are a member of. */
@Entity('users')
@ForeignKey(() => TenantEntity, ['homeTenantId'], ['id'], { name: 'users_home_fkey' })
export class UserEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' })
  id: string;

  /** As it was written, for display and mail. */
  @Column('text')
  email: string;

  /** The one spelling that all spellings of the address share. */
  @Index('users_email_key', { unique: true })
  @Column('text', { name: 'email_key' })
  emailKey: string;

  /** Argon2id in PHC form; null for an account that can't log in with a password yet. */
  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash: string | null;

  /** Whether it was chosen by who reads the address’s mail, or by who registered it; not by an admin. */
  @Column('boolean', { name: 'password_own', default: false })
  passwordOwn: boolean;

  /** Where a log-in that names no tenant goes. */
  @Column('uuid', { name: 'home_tenant_id' })
  homeTenantId: string;

  @Column('timestamptz', { name: 'email_verified_at', nullable: true })
  emailVerifiedAt: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
