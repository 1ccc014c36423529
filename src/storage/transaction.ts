import type pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { sqlState } from './outage.js';

/**
 * Runs work in one transaction on one connection: committed when it succeeds, rolled back when it throws.
 *
 * A connection that owes an answer is cut instead of rolled back: the roll-back would wait behind the same silence. Back in
 * the pool, such a connection would fail everybody who gets it, or still be in the transaction of another tenant.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    const connection = (await runner.connect()) as pg.Client;
    try {
      await runner.startTransaction();
      const result = await work(runner.manager);
      await runner.commitTransaction();
      return result;
    } catch (error) {
      const isOverdue = isDriverError(error) && sqlState(error) === undefined;
      // `end` waits for nothing that is overdue. What it says of a connection that is gone already is of no interest.
      const cut = (): void => void connection.end().catch(() => undefined);
      if (isOverdue) cut();
      else await runner.rollbackTransaction().catch(cut);
      throw error;
    }
  } finally {
    await runner.release();
  }
}

/** TypeORM wraps what the driver throws; what has no SQLSTATE then was not said by the server. */
function isDriverError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'driverError' in error;
}
