import { chmod, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { adminEmail, adminPassword, logIn, testSecret } from './gatehouse.js';
import { HttpClient } from './http-client.js';
import { createDatabase, type TestDatabase } from './postgres.js';
import { freePort, startProgram, type Program } from './program.js';

export interface InstallationOptions {
  /** The whole of `gatehouse.yaml`. */
  readonly yaml: string;
  /** Added to the environment of every process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder, a database, and the processes that were started on them: Gatehouse as an operator runs it. */
export interface Installation {
  readonly database: TestDatabase;
  readonly folder: string;
  /** Starts a process on a free port. Two at once are replicas. */
  start(env?: Readonly<Record<string, string>>): Promise<Running>;
  /** Kills what still runs and removes everything. */
  remove(): Promise<void>;
}

export interface Running {
  readonly program: Program;
  readonly url: string;
  readonly http: HttpClient;
  /** Logs the first admin in. @returns the access token */
  logIn(): Promise<string>;
}

export async function makeInstallation({ yaml, env }: InstallationOptions): Promise<Installation> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'gatehouse-installation-')));
  // Every account may pass through.
  await chmod(folder, 0o755);
  await writeFile(path.join(folder, 'gatehouse.yaml'), yaml);
  const database = await createDatabase();
  const started: Running[] = [];
  const common = {
    NODE_ENV: 'test',
    PUBLIC_URL: 'http://gatehouse.test',
    DATABASE_URL: database.url,
    GATEHOUSE_SECRET: testSecret,
    BOOTSTRAP_ADMIN_EMAIL: adminEmail,
    BOOTSTRAP_ADMIN_PASSWORD: adminPassword,
    LOG_LEVEL: 'warn',
    ...env,
  };
  return {
    database,
    folder,
    async start(own) {
      const port = await freePort();
      const program = await startProgram({ cwd: folder, env: { ...common, PORT: String(port), ...own } });
      const url = `http://127.0.0.1:${port}`;
      const http = new HttpClient(url);
      const running = { program, url, http, logIn: () => logIn(http, adminEmail, adminPassword) };
      started.push(running);
      await program.ready();
      return running;
    },
    async remove() {
      await Promise.all(
        started.map(({ program, http }) => Promise.all([program.end('SIGKILL'), http.close()])),
      );
      await Promise.all([database.drop(), rm(folder, { recursive: true, force: true })]);
    },
  };
}
