import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries.js';
import type { ClusterHome } from './home.js';
import { choosePort, launchPostmaster, type Launch, type ServerSettings } from './launch.js';
import { clearStaleLock, findPostmaster, stopPostmaster } from './postmaster.js';
import { Session } from './session.js';

const POLL_MS = 20;
const RELAUNCH_MS = 200;
/** Enough for the recovery of a gigabyte of log, PostgreSQL's usual most. */
const READY_LIMIT_MS = 120_000;
const LONGEST_PAUSE_MS = 5_000;

/** Ends that the next attempt may well not meet: a race for the lock, the memory or the port, or somebody's `kill -9`. */
const PASSING =
  /lock file|pre-existing shared memory|could not create any TCP\/IP sockets|could not bind|ended by SIGKILL/;

export interface ServerPlan {
  readonly home: ClusterHome;
  readonly binaries: Binaries;
  readonly settings: ServerSettings;
  readonly password: string;
  readonly log: (line: string) => void;
}

/**
 * This process's use of the one server on a cluster: joins the server that runs, else starts it, and brings it back, at
 * the same address, should it die. Several processes may do so at once; the last to leave stops it.
 */
export class Server {
  #session: Session | undefined;
  #launch: Launch | undefined;
  #port: number | undefined;
  #recovery: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(private readonly plan: ServerPlan) {}

  /** Joins or starts the server and makes sure that it has this database. */
  async start(database: string): Promise<void> {
    try {
      this.#session = await this.#join();
      await this.#session.ensureDatabase(database);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  get port(): number {
    if (this.#port === undefined) throw new Error('The embedded PostgreSQL has not been started.');
    return this.#port;
  }

  /** The address of a database on this server, with the password of its owner. */
  url(database: string, port = this.port): string {
    return `postgres://postgres:${this.plan.password}@127.0.0.1:${port}/${database}`;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #join(): Promise<Session> {
    const { home } = this.plan;
    let obstacle = 'it did not become ready';
    for (const until = Date.now() + READY_LIMIT_MS; Date.now() < until; await delay(POLL_MS)) {
      this.#stopping.signal.throwIfAborted();
      const running = await findPostmaster(home.dataDir);
      if (running?.ready) {
        const session = await this.#joinAt(running.port);
        if (session) {
          this.plan.log(
            `PostgreSQL (process ${running.pid}) ${this.#launch?.pid === running.pid ? 'started' : 'was running and is used'} on 127.0.0.1:${running.port}`,
          );
          return session;
        }
      } else if (!running && (this.#launch === undefined || this.#launch.hasEnded())) {
        obstacle = await this.#launchAgain(obstacle);
      }
    }
    // It may still be recovering a great deal. Interrupted, it would have to begin again.
    this.#launch = undefined;
    throw this.#failure(obstacle);
  }

  async #joinAt(port: number): Promise<Session | undefined> {
    // Those who use it hold an address with the old port.
    if (this.#port !== undefined && this.#port !== port)
      throw this.#failure(`it now runs on port ${port}; restart Gatehouse`);
    const session = await Session.open(this.url('postgres', port), () => this.#recover()).catch(
      (error: unknown) => {
        throw this.#failure(error instanceof Error ? error.message : String(error));
      },
    );
    if (session) this.#port = port;
    return session;
  }

  /** Starts a postmaster, unless the one before has ended for a reason that will not pass. Returns what it has ended for. */
  async #launchAgain(obstacle: string): Promise<string> {
    const { home, binaries, settings } = this.plan;
    if (this.#launch) {
      obstacle = await this.#launch.complaint();
      this.#launch = undefined;
      if (!PASSING.test(obstacle)) throw this.#failure(obstacle);
      await delay(RELAUNCH_MS);
      return obstacle;
    }
    await clearStaleLock(home.dataDir);
    this.#launch = await launchPostmaster(home, binaries, this.#port ?? (await choosePort(home)), settings);
    return obstacle;
  }

  #recover(): void {
    this.#session = undefined;
    this.#launch = undefined;
    if (this.#stopping.signal.aborted || this.#recovery) return;
    this.plan.log('The connection to PostgreSQL was lost; bringing it back');
    this.#recovery = this.#rejoin().finally(() => (this.#recovery = undefined));
  }

  async #rejoin(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pauseMs = 100; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        this.#session = await this.#join();
        return;
      } catch (error) {
        if (!signal.aborted) this.plan.log(error instanceof Error ? error.message : String(error));
        await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#recovery;
    const { dataDir } = this.plan.home;
    const session = this.#session;
    // Without an answer the server has broken away just now, and one that runs by now is not for us to stop.
    const isLast = await session?.leave().catch(() => undefined);
    if (session && isLast === false) {
      this.plan.log('PostgreSQL is left running: another process uses it');
      return session.close();
    }
    try {
      const running = isLast ? await findPostmaster(dataDir) : undefined;
      // One that we have just started may not have written its lock file yet.
      const launched = this.#launch?.hasEnded() === false ? this.#launch : undefined;
      for (const pid of new Set([running?.pid, launched?.pid])) {
        if (pid !== undefined) await stopPostmaster(pid, dataDir);
      }
    } finally {
      await session?.close();
    }
  }

  #failure(reason: string): Error {
    return new Error(
      `PostgreSQL could not be started in ${this.plan.home.dataDir}: ${reason}. Its log is ${this.plan.home.directory}/postgres.log.`,
    );
  }
}
