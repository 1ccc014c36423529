import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How often somebody has guessed wrong: at one account, from one source, or from one source at one account. */
@Entity('login_attempts')
export class LoginAttemptEntity {
  /** SHA-256 of what is counted. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'login_attempts_pkey' })
  key: Buffer;

  @Column('integer', { default: 0 })
  failures: number;

  @Column('timestamptz', { name: 'failed_at', nullable: true })
  failedAt: Date | null;

  @Column('timestamptz', { name: 'locked_until', nullable: true })
  lockedUntil: Date | null;

  /** Guesses that are being looked at. */
  @Column('integer', { name: 'in_flight', default: 0 })
  inFlight: number;

  /** Since when they are counted. */
  @Column('timestamptz', { name: 'entered_at', nullable: true })
  enteredAt: Date | null;

  /** When it last succeeded from there. */
  @Column('timestamptz', { name: 'proven_at', nullable: true })
  provenAt: Date | null;

  @Index('login_attempts_touched')
  @Column('timestamptz', { name: 'touched_at', default: () => 'now()' })
  touchedAt: Date;
}
