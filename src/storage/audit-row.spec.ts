import { inspect } from 'node:util';
import fc from 'fast-check';
import pg from 'pg';
import { createMigratedDatabase, type MigratedDatabase } from '../../test/harness/migrated-database.js';
import type { AuditRecord, ChangeRecord, DecisionRecord } from '../audit/audit-event.js';
import { Unavailable } from '../kernel/problem.js';
import { Secret } from '../kernel/secret.js';
import { auditColumns, auditParameters } from './audit-row.js';
import { PgAuditSink } from './pg-audit-sink.js';

const uuid = '01890000-0000-7000-8000-000000000001';
const tenant = '01890000-0000-7000-8000-00000000000a';
const request = {
  requestId: uuid,
  correlationId: 'correlation-1',
  sourceAddress: '192.0.2.1',
  userAgent: 'curl',
};
const nobody = { tenantId: null, scheme: null, principal: null };

const decision = (change: Partial<DecisionRecord> = {}): DecisionRecord => ({
  kind: 'decision',
  request,
  actor: {
    tenantId: tenant,
    scheme: 'api-key',
    principal: { kind: 'api-key', userId: uuid, credentialId: 'key-1', environment: 'live' },
  },
  door: 'proxy',
  method: 'GET',
  path: '/scans',
  decision: 'deny',
  status: 403,
  code: 'FORBIDDEN',
  reason: 'lacks scans.read',
  ...change,
});
const change = (details: Record<string, unknown>): ChangeRecord => ({
  kind: 'change',
  request,
  actor: nobody,
  action: 'role.created',
  objectId: 'role-1',
  details,
});

let database: MigratedDatabase;
let pool: pg.Pool;
let owner: pg.Client;
beforeAll(async () => {
  database = await createMigratedDatabase();
  pool = new pg.Pool({ connectionString: database.appUrl, max: 1 });
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
});
afterAll(async () => {
  await Promise.all([pool.end(), owner.end()]);
  await database.drop();
});
beforeEach(() => owner.query('TRUNCATE gatehouse.audit_events'));

/** Writes records as the program does, and reads the rows as somebody who sees them all. */
async function written(...records: AuditRecord[]): Promise<Record<string, unknown>[]> {
  await new PgAuditSink(pool).append(records);
  const { rows } = await owner.query<Record<string, unknown>>(
    'SELECT * FROM gatehouse.audit_events ORDER BY id',
  );
  return rows;
}

describe('a record in the database', () => {
  it('of a decision says everything that was known', async () => {
    expect(await written(decision())).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
        at: expect.any(Date),
        kind: 'decision',
        request_id: uuid,
        correlation_id: 'correlation-1',
        tenant_id: tenant,
        scheme: 'api-key',
        principal: 'api-key',
        user_id: uuid,
        credential_id: 'key-1',
        door: 'proxy',
        action: 'GET',
        object: '/scans',
        decision: 'deny',
        status: 403,
        code: 'FORBIDDEN',
        reason: 'lacks scans.read',
        source_address: '192.0.2.1',
        user_agent: 'curl',
        details: null,
      },
    ]);
  });

  it('of an outcome says how it ended', async () => {
    const { actor, door, method, path } = decision();
    const [row] = await written({ kind: 'outcome', request, actor, door, method, path, status: 204 });
    expect(row).toMatchObject({
      kind: 'outcome',
      status: 204,
      decision: null,
      code: null,
      reason: null,
      object: '/scans',
    });
  });

  it('of a change says what was done to what', async () => {
    const [row] = await written(change({ name: 'auditor', permissions: ['scans.read'] }));
    expect(row).toMatchObject({
      kind: 'change',
      action: 'role.created',
      object: 'role-1',
      door: null,
      details: { name: 'auditor', permissions: ['scans.read'] },
    });
  });

  it('of many, in one statement, keeps them apart and in order', async () => {
    const records = Array.from({ length: 300 }, (_, index) =>
      index % 3 === 0
        ? change({ index })
        : decision({ path: `/${index}`, actor: index % 2 === 0 ? nobody : decision().actor }),
    );
    const rows = await written(...records);
    expect(
      rows.map(
        ({ object, details }) =>
          (details as { index: number } | null)?.index ?? Number(String(object).slice(1)),
      ),
    ).toEqual(records.map((_, index) => index));
  });

  it('is of the moment the database wrote it, and in that month’s part of the trail', async () => {
    await written(decision());
    const { rows } = await owner.query<{ part: string; month: string }>(
      `SELECT tableoid::regclass::text AS part, to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM') AS month FROM gatehouse.audit_events`,
    );
    expect(rows[0]?.part).toBe(`gatehouse.audit_events_${rows[0]?.month}`);
  });
});

describe('text that somebody else chose', () => {
  const awkward = [
    'NUL \u0000 in it',
    'quotes \' " and \\ backslashes \\\\',
    '{an,"array"}',
    'NULL',
    '',
    'line\r\nbreak',
    '\u202eright to left',
    'emoji 🔑',
    'half \ud800 a pair',
    '\\u0000 spelt out',
    '$1; DROP TABLE gatehouse.audit_events; --',
  ];
  /** UTF-8 has no halves of pairs, PostgreSQL no NUL. */
  const kept = (text: string) => Buffer.from(text).toString().replaceAll('\u0000', '\uFFFD');

  it.each(awkward)('is recorded, and never stops a record: %j', async (text) => {
    const strange = { ...request, userAgent: text, sourceAddress: text };
    const [first, second] = await written(
      decision({ request: strange, reason: text }),
      change({ text, nested: { list: [text] } }),
    );
    expect(first).toMatchObject({ user_agent: kept(text), source_address: kept(text), reason: kept(text) });
    expect(second?.['details']).toEqual({ text: kept(text), nested: { list: [kept(text)] } });
  });

  it('is recorded as the name of a member, too', async () => {
    const [row] = await written(change({ 'a\u0000b': 1, '\udc00': 2 }));
    expect(row?.['details']).toEqual({ 'a\uFFFDb': 1, '\uFFFD': 2 });
  });

  it('is recorded whatever it is', async () => {
    const unit = fc.oneof(
      fc.nat(0xffff).map((code) => String.fromCharCode(code)),
      fc.constantFrom('\\', 'u0000', '\u0000', '\ud83d', '\udd11'),
    );
    const anyText = fc.string({ unit });
    await fc.assert(
      fc.asyncProperty(anyText, fc.json(), async (text, json) => {
        await owner.query('TRUNCATE gatehouse.audit_events');
        const rows = await written(
          decision({ reason: text }),
          change({ text, value: JSON.parse(json) as unknown }),
        );
        expect(rows[0]?.['reason']).toBe(kept(text));
        expect((rows[1]?.['details'] as { text: string }).text).toBe(kept(text));
      }),
      { numRuns: 100 },
    );
  });
});

describe('a secret among the details', () => {
  it('is written as [secret], wherever it stands', async () => {
    const secret = new Secret('correct horse battery staple');
    const [row] = await written(change({ secret, nested: { list: [secret] } }));
    expect(row?.['details']).toEqual({ secret: '[secret]', nested: { list: ['[secret]'] } });
    expect(inspect(auditParameters([change({ secret })]))).not.toContain('horse');
  });
});

describe('what the statement is given', () => {
  it('is one list a column, each as long as there are records', () => {
    const parameters = auditParameters([decision(), change({})]);
    expect(parameters).toHaveLength(auditColumns.length);
    expect(parameters.every((list) => list.length === 2)).toBe(true);
    expect(auditParameters([]).every((list) => list.length === 0)).toBe(true);
  });
});

describe('the sink', () => {
  it('is unavailable for whatever reason it could not write: nothing is half written', async () => {
    const broken = decision({ request: { ...request, requestId: 'no id' } });
    await expect(new PgAuditSink(pool).append([decision(), broken])).rejects.toThrow(Unavailable);
    const { rows } = await owner.query('SELECT FROM gatehouse.audit_events');
    expect(rows).toHaveLength(0);
  });
});
