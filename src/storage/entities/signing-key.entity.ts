import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('signing_keys')
export class SigningKeyEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'signing_keys_pkey' })
  kid: string;

  @Column('text')
  algorithm: string;

  @Column('jsonb', { name: 'public_jwk' })
  publicJwk: Record<string, unknown>;

  @Column('bytea', { name: 'sealed_private_jwk' })
  sealedPrivateJwk: Buffer;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** From when on it signs. Until then it is only known, to all replicas. */
  @Column('timestamptz', { name: 'activates_at', default: () => 'now()' })
  activatesAt: Date;

  /** From when on it signs nothing new; may lie ahead. */
  @Column('timestamptz', { name: 'retired_at', nullable: true })
  retiredAt: Date | null;
}
