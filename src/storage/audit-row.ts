import { v7 as uuidv7 } from 'uuid';
import type { AuditRecord } from '../audit/audit-event.js';
import { userIdOf } from '../kernel/principal.js';

/** Columns of the trail and their types, in the order of `auditRow`. `at` is the database's own. */
export const auditColumns = [
  ['id', 'uuid'],
  ['kind', 'text'],
  ['request_id', 'uuid'],
  ['correlation_id', 'text'],
  ['tenant_id', 'uuid'],
  ['scheme', 'text'],
  ['principal', 'text'],
  ['user_id', 'uuid'],
  ['credential_id', 'text'],
  ['door', 'text'],
  ['action', 'text'],
  ['object', 'text'],
  ['decision', 'text'],
  ['status', 'integer'],
  ['code', 'text'],
  ['reason', 'text'],
  ['source_address', 'text'],
  ['user_agent', 'text'],
  ['details', 'jsonb'],
] as const;

type Cell = string | number | null;

const insertInto = `INSERT INTO gatehouse.audit_events (${auditColumns.map(([name]) => name).join(', ')})`;

/** One statement for any number of records: a column each as an array. */
export const insertAuditRows = `${insertInto}
  SELECT * FROM unnest(${auditColumns.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')})`;

/** Records as the arrays that the statement takes. */
export function auditParameters(records: readonly AuditRecord[]): Cell[][] {
  const rows = records.map(auditRow);
  return auditColumns.map((_, column) => rows.map((row) => row[column] ?? null));
}

function auditRow(record: AuditRecord): Cell[] {
  const { request, actor, kind } = record;
  const principal = actor.principal;
  const head: Cell[] = [
    uuidv7(),
    kind,
    request.requestId,
    request.correlationId,
    actor.tenantId,
    actor.scheme,
    principal?.kind ?? null,
    principal === null ? null : (userIdOf(principal) ?? null),
    principal?.credentialId ?? null,
  ];
  return [...head, ...body(record), text(request.sourceAddress), text(request.userAgent), details(record)];
}

/** door, action, object, decision, status, code, reason */
function body(record: AuditRecord): Cell[] {
  switch (record.kind) {
    case 'decision': {
      const { door, method, path, decision, status, code, reason } = record;
      return [door, method, path, decision, status, code, text(reason)];
    }
    case 'outcome':
      return [record.door, record.method, record.path, null, record.status, null, null];
    case 'change':
      return [null, record.action, record.objectId, null, null, null, null];
  }
}

/** PostgreSQL's text can't hold NUL, and a header can't stop a record from being written. */
function text(value: string | null): string | null {
  return value === null ? null : value.replaceAll('\u0000', '\uFFFD');
}

/** What jsonb can't hold either: NUL, and the half of a surrogate pair, which JSON writes as an escape only when it stands alone. */
const impossible = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

function details(record: AuditRecord): string | null {
  return record.kind === 'change' ? JSON.stringify(record.details).replace(impossible, '$1\\ufffd') : null;
}
