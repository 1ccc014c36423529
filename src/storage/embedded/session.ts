import { Socket } from 'node:net';
import { Client } from 'pg';
import { hasCode } from './files.js';

/** Any number that nothing else locks in the database `postgres`, where Gatehouse keeps nothing. */
const IN_USE = 4_283_746_501;

/**
 * One process's hold on a cluster, for as long as it uses it: a connection with a shared advisory lock. PostgreSQL lets go of the lock when
 * the process ends, however it ends, so nothing can be left behind locked. Its end also tells that the server is gone.
 */
export class Session {
  #closed = false;

  private constructor(
    private readonly client: Client,
    private readonly socket: Socket,
    onLost: () => void,
  ) {
    // Holding the cluster is no reason to live: a process with nothing else to do may end. What has to be awaited is.
    socket.unref();
    client.once('end', () => {
      if (!this.#closed) onLost();
    });
  }

  /**
   * Takes hold of the server at `url` (its database `postgres`).
   *
   * @param onLost called once if the connection ends other than by `close`
   * @returns undefined when the server isn't accepting anybody now: it is starting, or another process is stopping it
   * @throws Error when the password is refused
   */
  static async open(url: string, onLost: () => void): Promise<Session | undefined> {
    const socket = new Socket();
    const client = new Client({
      connectionString: url,
      application_name: 'gatehouse-session',
      connectionTimeoutMillis: 5_000,
      query_timeout: 30_000,
      stream: () => socket,
    });
    // What goes wrong is told by the calls that fail, and by 'end'.
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ joined: boolean }>(
        'select pg_try_advisory_lock_shared($1) as joined',
        [IN_USE],
      );
      if (rows[0]?.joined) return new Session(client, socket, onLost);
      await client.end();
    } catch (error) {
      await client.end().catch(() => undefined);
      if (hasCode(error, '28P01', '28000')) {
        throw new Error('the database refused the password that is kept for it', { cause: error });
      }
    }
    return undefined;
  }

  /** Creates a database unless there is one of that name. `name` is ours, never input. */
  async ensureDatabase(name: string): Promise<void> {
    this.socket.ref();
    const { rowCount } = await this.client.query('select from pg_database where datname = $1', [name]);
    // Another process may create it now: seen before it begins (42P04) or while it does (23505).
    if (!rowCount) {
      await this.client.query(`create database "${name}"`).catch((error: unknown) => {
        if (!hasCode(error, '42P04', '23505')) throw error;
      });
    }
    this.socket.unref();
  }

  /**
   * Gives up the shared hold.
   *
   * @returns whether it was the last. If so, newcomers are kept out until `close`, so that nobody joins a server that is about to stop.
   */
  async leave(): Promise<boolean> {
    this.#closed = true;
    this.socket.ref();
    await this.client.query('select pg_advisory_unlock_shared($1)', [IN_USE]);
    const { rows } = await this.client.query<{ last: boolean }>('select pg_try_advisory_lock($1) as last', [
      IN_USE,
    ]);
    return rows[0]?.last ?? false;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.socket.ref();
    await this.client.end().catch(() => undefined);
  }
}
