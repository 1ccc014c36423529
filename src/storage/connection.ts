import pg from 'pg';

/** Where the program's own role connects, and how long it waits. */
export interface ConnectionOptions {
  /** URL of the program's role: never the owner's. */
  readonly url: string;
  /** Most milliseconds to get a connection. */
  readonly connectTimeoutMs: number;
  /** Most milliseconds for one statement, counted by the server and, one tenth later, by us. */
  readonly statementTimeoutMs: number;
}

/** A pool for the hot path: few connections, named statements planned once (`force_generic_plan`). */
export function hotPool(options: ConnectionOptions, size: number, name: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: size,
    min: 0,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: options.connectTimeoutMs,
    query_timeout: options.statementTimeoutMs * 1.1,
    statement_timeout: options.statementTimeoutMs,
    application_name: `gatehouse ${name}`,
    keepAlive: true,
    // With the default, batches of a few keys are planned anew each time and cost more than single look-ups.
    options: '-c plan_cache_mode=force_generic_plan',
  });
  // An idle connection that breaks is replaced at the next query; unheard, its error would end the process.
  pool.on('error', () => undefined);
  return pool;
}
