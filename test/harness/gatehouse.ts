import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startGatehouse, type RunningGatehouse, type StartOptions } from '../../src/commands/start.js';
import type { Config } from '../../src/config/config.js';
import { loadConfig } from '../../src/config/load-config.js';
import { createLogger } from '../../src/http/logger.js';
import type { Clock } from '../../src/kernel/clock.js';
import { GateModule } from '../../src/gate/gate.module.js';
import type { OwnRoute } from '../../src/gate/route-inventory.js';
import type { Waits } from '../../src/commands/waits.js';
import { HttpClient } from './http-client.js';
import { createDatabase } from './postgres.js';
import { servedRoutes } from './served-routes.js';

export const adminEmail = 'admin@example.test';
export const adminPassword = 'correct horse battery staple';
export const masterKey = 'Xq7-vT2m9Lw_4RzK8pNc-3bHd6YsJf1Ge5Ua';
export const globalKey = 'old-Kd83mWq0Zr7-vTn5Xy2Lb9Pc4';
export const testSecret = 'test-Vb7nQ2xW9eLr4TzK8pMc3hHd6YsJf1Ge5UaZq0';

/** The `gatehouse.yaml` of a test that doesn't bring its own. */
export const defaultYaml = `
permissions: [scans.read, scans.write, "databases:read", deploy]
upstreams:
  scanner: { url: example, timeout: 5s }
routes:
  - { methods: [GET], path: "/scans/**", upstream: scanner, require: { permission: scans.read } }
  - { methods: [POST], path: /scans, upstream: scanner, require: { permission: scans.write } }
  - { methods: [GET], path: /status, upstream: scanner, public: "status page" }
rate_limits:
  source: { requests: 1000000, window: 1m }
  identity: { requests: 1000000, window: 1m }
  attempts: { requests: 1000000, window: 1m }
`;

/** The same, and this machine is a trusted proxy: it may ask for decisions, and say where requests come from. */
export const trustingYaml = `${defaultYaml}trusted_proxies: [127.0.0.1/32]\n`;

const patient: Waits = { connectMs: 20_000, statementMs: 20_000, decisionMs: 20_000 };

export interface TestOptions {
  /** Added to the environment, or taken from it by undefined. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The whole of `gatehouse.yaml`. */
  readonly yaml?: string;
  /** A database somebody else made and will drop: for replicas, and for databases behind a fault proxy. */
  readonly databaseUrl?: string;
  readonly clock?: Clock;
  /** How long the database is waited for. Long, unless the test is about that: a busy machine is no outage. */
  readonly waits?: Waits;
  readonly keyReloadSeconds?: number;
  readonly keyWatch?: StartOptions['keyWatch'];
  readonly mailer?: StartOptions['mailer'];
  /** Changes the configuration behind the back of its own checks. */
  readonly alter?: (config: Config) => Config;
}

/** A Gatehouse in this process, on a free port, with a database of its own. */
export interface TestGatehouse {
  readonly url: string;
  /** The database's address, with the owner's credentials. */
  readonly databaseUrl: string;
  readonly http: HttpClient;
  /** A session token of the operator tenant's first owner. */
  readonly adminToken: string;
  /** Every route of its own API, as the program itself finds them. */
  readonly routes: readonly OwnRoute[];
  /** `METHOD path` of everything that its HTTP server answers, whoever registered it. */
  readonly served: readonly string[];
  stop(): Promise<void>;
}

/** Starts a Gatehouse for one test file. Call `stop` when done. */
export async function startTestGatehouse(options: TestOptions = {}): Promise<TestGatehouse> {
  const dir = await mkdtemp(path.join(tmpdir(), 'gatehouse-e2e-'));
  const own = options.databaseUrl === undefined ? await createDatabase() : undefined;
  const databaseUrl = options.databaseUrl ?? own?.url ?? '';
  const cleanUp = async () => {
    await own?.drop();
    await rm(dir, { recursive: true, force: true });
  };
  let running: RunningGatehouse;
  try {
    await writeFile(path.join(dir, 'gatehouse.yaml'), options.yaml ?? defaultYaml);
    const { alter = (config: Config) => config } = options;
    const config = alter(loadConfig(environment(dir, databaseUrl, options), dir));
    const logger = createLogger({ level: config.logLevel });
    running = await startGatehouse(config, {
      logger,
      clock: options.clock,
      waits: options.waits ?? patient,
      keyReloadSeconds: options.keyReloadSeconds,
      keyWatch: options.keyWatch,
      mailer: options.mailer,
    });
  } catch (error) {
    await cleanUp();
    throw error;
  }
  const http = new HttpClient(running.url);
  const stop = async () => {
    await http.close();
    await running.stop();
    await cleanUp();
  };
  const adminToken = await logIn(http, adminEmail, adminPassword).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    url: running.url,
    databaseUrl,
    http,
    adminToken,
    routes: running.app.get(GateModule).routes(),
    served: servedRoutes(running.app),
    stop,
  };
}

/** Logs somebody in. @returns the access token */
export async function logIn(
  http: HttpClient,
  email: string,
  password: string,
  tenantId?: string,
): Promise<string> {
  const answer = await http.post('/auth/login', { body: { email, password, tenant_id: tenantId } });
  if (answer.status !== 200) throw new Error(`log-in of ${email} failed: ${answer.status} ${answer.text}`);
  return (answer.body as { access_token: string }).access_token;
}

function environment(dir: string, databaseUrl: string, { env }: TestOptions): Record<string, string> {
  const all: Record<string, string | undefined> = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    PUBLIC_URL: 'http://gatehouse.test',
    DATABASE_URL: databaseUrl,
    GATEHOUSE_SECRET: testSecret,
    GATEHOUSE_CONFIG: path.join(dir, 'gatehouse.yaml'),
    GATEHOUSE_DATA_DIR: dir,
    BOOTSTRAP_ADMIN_EMAIL: adminEmail,
    BOOTSTRAP_ADMIN_PASSWORD: adminPassword,
    LOG_LEVEL: 'silent',
    ...env,
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
