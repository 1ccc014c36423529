import type { EntityManager } from 'typeorm';
import type { Database } from './database.js';

/** How fast a count leads to waiting. */
export interface AttemptLimit {
  /** Wrong guesses before the first wait. */
  readonly free: number;
  /** The first wait is one second, each further one twice as long, up to this. */
  readonly maxWaitSeconds: number;
  /** A count that nothing was added to for so long begins anew. */
  readonly forgetSeconds: number;
}

/** What is known of several counts at once. */
export interface AttemptState {
  /** Seconds until each may be tried again; 0 when it may now. */
  readonly waitSeconds: readonly number[];
  /** Whether each has succeeded within the time that counts. */
  readonly proven: readonly boolean[];
}

/** Places that were taken and not given back, because a process died for one, are free again after so long. */
const abandonedSeconds = 10;
const provenDays = 30;
const keptDays = 40;

/** Counts of wrong guesses, shared by all replicas. Each method is a transaction of its own, or part of `atomically`. */
export class LoginAttempts {
  constructor(private readonly database: Database) {}

  /** Counts together or not at all. @throws Unavailable */
  async atomically<T>(work: (counts: AttemptCounts) => Promise<T>): Promise<T> {
    return this.database.outsideTenants((manager) => work(new AttemptCounts(manager)));
  }
}

/** The counts, within one transaction. Whoever touches several does so in one order, so that nobody waits in a circle. */
export class AttemptCounts {
  constructor(private readonly manager: EntityManager) {}

  async state(keys: readonly Buffer[]): Promise<AttemptState> {
    const rows = await this.manager.query<{ wait: number; proven: boolean }[]>(
      `SELECT ceil(greatest(extract(epoch FROM a.locked_until - clock_timestamp()), 0))::int AS wait,
         coalesce(a.proven_at > now() - make_interval(days => ${provenDays}), false) AS proven
       FROM unnest($1::bytea[]) WITH ORDINALITY AS q (key, place)
       LEFT JOIN gatehouse.login_attempts a ON a.key = q.key ORDER BY q.place`,
      [keys],
    );
    return { waitSeconds: rows.map(({ wait }) => wait ?? 0), proven: rows.map(({ proven }) => proven) };
  }

  /**
   * Takes a place among the guesses that are being looked at. With each failure there are fewer, and then one at a time:
   * guesses that come all at once must not all be looked at before the first is counted.
   * @returns whether there was one
   */
  async enter(key: Buffer, places: number): Promise<boolean> {
    const stale = `coalesce(a.entered_at < clock_timestamp() - make_interval(secs => ${abandonedSeconds}), true)`;
    const taken = `CASE WHEN ${stale} THEN 0 ELSE a.in_flight END`;
    const rows = await this.manager.query<unknown[]>(
      `INSERT INTO gatehouse.login_attempts AS a (key, in_flight, entered_at, touched_at)
         VALUES ($1, 1, clock_timestamp(), clock_timestamp())
       ON CONFLICT (key) DO UPDATE SET in_flight = ${taken} + 1, touched_at = clock_timestamp(),
         entered_at = CASE WHEN ${stale} THEN clock_timestamp() ELSE a.entered_at END
         WHERE ${taken} < greatest(1, $2 - a.failures)
       RETURNING 1`,
      [key, places],
    );
    return rows.length === 1;
  }

  /** Counts a wrong guess and gives its place back. */
  async strike(key: Buffer, { free, maxWaitSeconds, forgetSeconds }: AttemptLimit): Promise<void> {
    // 2^20 seconds is beyond any wait there is, and within what an integer holds.
    const wait = (failures: string) =>
      `CASE WHEN ${failures} >= $2 THEN clock_timestamp()
         + make_interval(secs => least($3, power(2, least(${failures} - $2, 20)))) END`;
    const failures = `CASE WHEN a.failed_at < clock_timestamp() - make_interval(secs => $4) THEN 1 ELSE a.failures + 1 END`;
    await this.manager.query(
      `INSERT INTO gatehouse.login_attempts AS a (key, failures, failed_at, touched_at, locked_until)
         VALUES ($1, 1, clock_timestamp(), clock_timestamp(), ${wait('1')})
       ON CONFLICT (key) DO UPDATE SET failures = ${failures}, locked_until = ${wait(`(${failures})`)},
         in_flight = greatest(a.in_flight - 1, 0), failed_at = clock_timestamp(), touched_at = clock_timestamp()`,
      [key, free, maxWaitSeconds, forgetSeconds],
    );
  }

  /** Gives a place back, without a word on the guess. */
  async leave(key: Buffer): Promise<void> {
    await this.manager.query(
      `UPDATE gatehouse.login_attempts SET in_flight = greatest(in_flight - 1, 0) WHERE key = $1`,
      [key],
    );
  }

  /** Notes a success: the count begins anew. */
  async prove(key: Buffer): Promise<void> {
    await this.manager.query(
      `INSERT INTO gatehouse.login_attempts AS a (key, proven_at, touched_at) VALUES ($1, now(), clock_timestamp())
       ON CONFLICT (key) DO UPDATE SET failures = 0, locked_until = NULL, proven_at = now(),
         in_flight = greatest(a.in_flight - 1, 0), touched_at = clock_timestamp()`,
      [key],
    );
  }

  /** Clears some of what has long been of no account: made-up addresses must not fill the disk. */
  async prune(): Promise<void> {
    await this.manager.query(
      `DELETE FROM gatehouse.login_attempts WHERE key IN (
         SELECT key FROM gatehouse.login_attempts WHERE touched_at < now() - make_interval(days => ${keptDays})
         LIMIT 100 FOR UPDATE SKIP LOCKED)`,
    );
  }
}
