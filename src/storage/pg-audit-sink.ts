import type pg from 'pg';
import type { AuditRecord } from '../audit/audit-event.js';
import type { AuditSink } from '../audit/audit-sink.js';
import { Unavailable } from '../kernel/problem.js';
import { auditParameters, insertAuditRows } from './audit-row.js';

/** The trail in PostgreSQL: a batch is one insert and one durable commit. */
export class PgAuditSink implements AuditSink {
  constructor(private readonly pool: pg.Pool) {}

  async append(records: readonly AuditRecord[]): Promise<void> {
    try {
      await this.pool.query({
        name: 'append_audit',
        text: insertAuditRows,
        values: auditParameters(records),
      });
    } catch (cause) {
      // Whatever the reason, these records are not known to be durable: no audit, no effect.
      throw new Unavailable('audit trail', { cause });
    }
  }
}
