import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnsDown, columnsUp } from './key-life/columns.sql.js';
import { gateKeysDown, gateKeysUp } from './key-life/gate-keys.sql.js';
import { belongToGate, watchDown, watchFunctions, watchUp } from './key-life/watch.sql.js';

const gateKeys = ['gate_keys(bytea[], uuid[])'];

/** API keys get a life: ranges they may be used from, traces of their use, successors, and warnings before their end. */
export class KeyLife1700000000004 implements MigrationInterface {
  readonly name = 'KeyLife1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    const owned = belongToGate([...gateKeys, ...watchFunctions]);
    for (const sql of [...columnsUp, ...gateKeysUp, ...watchUp, ...owned]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of [...watchDown, ...gateKeysDown, ...belongToGate(gateKeys), ...columnsDown])
      await runner.query(sql);
  }
}
