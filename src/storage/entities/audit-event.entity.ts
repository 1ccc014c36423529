import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One record of the trail. Partitioned by month; the program may add and read, never change. */
@Entity('audit_events')
@Index('audit_events_tenant', ['tenantId', 'at', 'id'])
export class AuditEventEntity {
  @PrimaryColumn('timestamptz', {
    default: () => 'clock_timestamp()',
    primaryKeyConstraintName: 'audit_events_pkey',
  })
  at: Date;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_events_pkey' })
  id: string;

  @Column('text')
  kind: 'decision' | 'outcome' | 'change';

  @Column('uuid', { name: 'request_id' })
  requestId: string;

  @Index('audit_events_correlation')
  @Column('text', { name: 'correlation_id' })
  correlationId: string;

  @Column('uuid', { name: 'tenant_id', nullable: true })
  tenantId: string | null;

  @Column('text', { nullable: true })
  scheme: string | null;

  @Column('text', { nullable: true })
  principal: string | null;

  @Column('uuid', { name: 'user_id', nullable: true })
  userId: string | null;

  @Column('text', { name: 'credential_id', nullable: true })
  credentialId: string | null;

  @Column('text', { nullable: true })
  door: string | null;

  /** The HTTP method of a decision or outcome, the name of a change. */
  @Column('text')
  action: string;

  /** The path of a decision or outcome, the id of what was changed. */
  @Column('text', { nullable: true })
  object: string | null;

  @Column('text', { nullable: true })
  decision: 'allow' | 'deny' | null;

  @Column('integer', { nullable: true })
  status: number | null;

  @Column('text', { nullable: true })
  code: string | null;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('text', { name: 'source_address' })
  sourceAddress: string;

  @Column('text', { name: 'user_agent' })
  userAgent: string;

  @Column('jsonb', { nullable: true })
  details: Record<string, unknown> | null;
}
