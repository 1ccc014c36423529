import type { MigrationInterface, QueryRunner } from 'typeorm';
import { functionsDown, functionsUp } from './accounts/functions.sql.js';
import { tablesDown, tablesUp } from './accounts/tables.sql.js';

/** Tokens that are mailed, invitations, and the counts of wrong passwords. */
export class Accounts1700000000002 implements MigrationInterface {
  readonly name = 'Accounts1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [...tablesUp, ...functionsUp]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of [...functionsDown, ...tablesDown]) await runner.query(sql);
  }
}
