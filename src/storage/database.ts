import pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import type { TenantScope } from '../kernel/tenant-scope.js';
import { hotPool, type ConnectionOptions } from './connection.js';
import { entities } from './entities/index.js';
import { migrations } from './migrations/index.js';
import { asUnavailable } from './outage.js';
import { asConflict } from './stores/conflicts.js';
import { Stores } from './stores/index.js';
import { inTransaction } from './transaction.js';

const lookupConnections = 2;
const workConnections = 8;

/** The program's connections, all of them as the role that owns nothing. */
export class Database {
  /** Look-ups of the gate. */
  readonly lookups: pg.Pool;
  /** The trail's writer: one connection, so that one commit follows the other. */
  readonly trail: pg.Pool;

  readonly #dataSource: DataSource;

  /** Connects to nothing yet. */
  constructor(options: ConnectionOptions) {
    this.lookups = hotPool(options, lookupConnections, 'look-ups');
    this.trail = hotPool(options, 1, 'trail');
    this.#dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      schema: 'gatehouse',
      entities,
      synchronize: false,
      installExtensions: false,
      applicationName: 'gatehouse work',
      poolErrorHandler: () => undefined,
      extra: {
        max: workConnections,
        connectionTimeoutMillis: options.connectTimeoutMs,
        query_timeout: options.statementTimeoutMs * 1.1,
        statement_timeout: options.statementTimeoutMs,
        idle_in_transaction_session_timeout: options.statementTimeoutMs * 2,
      },
    });
  }

  /** @throws Error when the role may do more than it should: then row-level security would protect nobody */
  async open(): Promise<void> {
    await this.#dataSource.initialize();
    await refuseMightyRole(this.#dataSource.manager);
    await refuseStaleSchema(this.#dataSource.manager);
  }

  /**
   * Runs work in one transaction within one tenant. `SET LOCAL` names the tenant to row-level security and is gone
   * with the transaction, so that a pooled connection never carries it to the next request.
   * @throws Unavailable when the database can't be reached; Problem (409) when a constraint speaks about the request
   */
  async within<T>(scope: TenantScope, work: (stores: Stores) => Promise<T>): Promise<T> {
    return this.#transaction(async (manager) => {
      await manager.query(`SELECT set_config('app.tenant', $1, true)`, [scope.tenantId]);
      return work(new Stores(manager, scope));
    });
  }

  /** Runs work that belongs to no tenant, such as reading signing keys. Row-level security then shows no tenant's rows. */
  async outsideTenants<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.#transaction(work);
  }

  /** Whether the primary database answers. @throws Unavailable */
  async ping(): Promise<void> {
    try {
      await this.lookups.query('SELECT 1');
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([
      this.lookups.end(),
      this.trail.end(),
      this.#dataSource.isInitialized ? this.#dataSource.destroy() : undefined,
    ]);
  }

  async #transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await inTransaction(this.#dataSource, work);
    } catch (error) {
      throw asUnavailable(asConflict(error));
    }
  }
}

async function refuseMightyRole(manager: EntityManager): Promise<void> {
  const rows = await manager.query<{ mighty: boolean; owns: boolean }[]>(
    `SELECT r.rolsuper OR r.rolbypassrls AS mighty,
       EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relnamespace = 'gatehouse'::regnamespace) AS owns
     FROM pg_roles r WHERE r.rolname = current_user`,
  );
  const role = rows[0];
  if (role === undefined || role.mighty || role.owns) {
    throw new Error(
      'the database role of the program may bypass row-level security, or owns tables: it must do neither',
    );
  }
}

/** With migrations switched off, a program newer than its schema must not guess. */
async function refuseStaleSchema(manager: EntityManager): Promise<void> {
  const done = await manager.query<{ name: string }[]>('SELECT name FROM gatehouse.migrations');
  const missing = migrations.map(({ name }) => name).filter((name) => !done.some((row) => row.name === name));
  if (missing.length > 0)
    throw new Error(`the database lacks the migrations ${missing.join(', ')}: run gatehouse migrate`);
}
