import type { AuditRecord } from './audit-event.js';

/** Where records become durable. Implemented by `storage`. */
export interface AuditSink {
  /**
   * Writes a batch in one durable commit.
   * @throws Unavailable when it can't say that every record is durable
   */
  append(records: readonly AuditRecord[]): Promise<void>;
}
