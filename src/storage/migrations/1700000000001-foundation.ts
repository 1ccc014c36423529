import type { MigrationInterface, QueryRunner } from 'typeorm';
import { auditDown, auditUp } from './foundation/audit.sql.js';
import { gateDown, gateUp } from './foundation/gate.sql.js';
import { rowSecurityDown, rowSecurityUp } from './foundation/row-security.sql.js';
import { tablesDown, tablesUp } from './foundation/tables.sql.js';

/** The first schema: tables, the trail, row-level security, and the functions the gate looks through. */
export class Foundation1700000000001 implements MigrationInterface {
  readonly name = 'Foundation1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [...tablesUp, ...auditUp, ...rowSecurityUp, ...gateUp]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of [...gateDown, ...rowSecurityDown, ...auditDown, ...tablesDown]) await runner.query(sql);
  }
}
