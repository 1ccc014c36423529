import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ThrottlerStorage } from '@nestjs/throttler';
import type { FastifyInstance } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { PermissionCatalogue } from '../access/permission-catalogue.js';
import { AppModule, type Resources } from '../app.module.js';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Config } from '../config/config.js';
import { KeyRing } from '../credentials/key-ring.js';
import { KeyRingKeeper, keyNoticeSeconds } from '../credentials/key-ring-keeper.js';
import { startExampleUpstream, type ExampleUpstream } from '../edge/example-upstream.js';
import { registerProxyDoor } from '../edge/proxy-door.js';
import { RouteTable } from '../edge/route-table.js';
import { UpstreamPool } from '../edge/upstream-pool.js';
import { Gatekeeper } from '../gate/gatekeeper.js';
import { WindowCounters } from '../gate/window-counters.js';
import { createAdapter } from '../http/fastify-adapter.js';
import { nestLogger, type Logger } from '../http/logger.js';
import { serveOpenApi } from '../http/openapi.js';
import { foundInstallation, type FirstAdmin } from '../identity/founding.js';
import { PasswordHasher } from '../identity/passwords/password-hasher.js';
import { systemClock, type Clock } from '../kernel/clock.js';
import { Sealer } from '../kernel/sealer.js';
import { RedisCounters } from '../storage/redis-counters.js';
import { SigningKeys } from '../storage/signing-keys.js';
import { configuredSurfaces } from '../surfaces/configured-surfaces.js';
import { installationSecret } from './installation-secret.js';
import { openMailer } from './open-mailer.js';
import { openDatabase } from './open-database.js';
import { shippedWaits, type Waits } from './waits.js';

/** A Gatehouse that is serving. */
export interface RunningGatehouse {
  /** Where it listens. */
  readonly url: string;
  /** The first admin, when this start founded the installation. */
  readonly firstAdmin: FirstAdmin | undefined;
  /** The application that serves: it can be asked what it offers. */
  readonly app: NestFastifyApplication;
  /** Finishes what is under way, writes what the trail still owes, and closes everything. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly logger: Logger;
  readonly clock?: Clock;
  /** How often keys that others made are looked for, in seconds. */
  readonly keyReloadSeconds?: number;
  /** Who sends mail instead of what is configured. */
  readonly mailer?: Resources['mailer'];
  /** How often keys are looked after; as usual unless stated. */
  readonly keyWatch?: Resources['keyWatch'];
  /** How long the database is waited for; as shipped unless stated. */
  readonly waits?: Waits;
  /** Gives the start up while it waits for the database. */
  readonly signal?: AbortSignal;
}

type Closer = () => Promise<void> | void;

const drainMs = 10_000;
const trailGraceMs = 5_000;

/**
 * Starts Gatehouse: database, keys, founding, doors; then it listens.
 * @throws Error with a sentence for the operator when it can't
 */
export async function startGatehouse(config: Config, options: StartOptions): Promise<RunningGatehouse> {
  const { logger } = options;
  // What was opened is closed in reverse, also when a later step fails.
  const closers: Closer[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const catalogue = new PermissionCatalogue(config.file.permissions);
    const table = new RouteTable(config.file.routes);
    const secret = await installationSecret(config);
    const say = (line: string) => logger.info(line);
    const opened = await openDatabase(config, secret, catalogue, {
      say,
      signal: options.signal,
      waits: options.waits,
    });
    closers.push(() => opened.close());
    const { database } = opened;
    const sealer = new Sealer(secret);
    const signingKeys = new SigningKeys(database, sealer);
    const ring = new KeyRing(await signingKeys.open());
    const keeper = keepRing(ring, signingKeys, config, options);
    closers.push(() => keeper.stop());
    const passwords = new PasswordHasher();
    const counters = openCounters(config, logger, closers);
    const upstreams = await openUpstreams(config, closers);
    const mail = openMailer(config, logger);
    closers.push(mail.close);
    const resources: Resources = {
      config,
      database,
      ring,
      sealer,
      counters,
      catalogue,
      passwords,
      routes: () => table,
      decisionMs: (options.waits ?? shippedWaits).decisionMs,
      clock: options.clock ?? systemClock,
      logger,
      keyWatch: options.keyWatch,
      mailer: options.mailer ?? mail.mailer,
    };
    const app = await assemble(resources, upstreams);
    const trail = app.get(AuditTrail);
    closers.push(() => closeTrail(trail, logger));
    closers.push(() => app.close());
    await listen(app, config.listen);
    // Last of all: were anything to fail after it, nobody would ever see the password it makes.
    const firstAdmin = await foundInstallation(database, passwords, config.bootstrap);
    return { url: await app.getUrl(), firstAdmin, app, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Puts the program together without listening: also what the golden files are made from. */
export async function assemble(
  resources: Resources,
  upstreams: UpstreamPool,
): Promise<NestFastifyApplication> {
  const { config, routes, logger } = resources;
  const { publicUrl } = config;
  const { trustedProxies } = config.file;
  const surfaces = configuredSurfaces(config.file.surfaces, {
    permissions: resources.catalogue.all.names(),
    now: () => Date.now(),
  });
  const adapter = createAdapter({ publicUrl, trustedProxies, surfaces, newId: uuidv7, logger });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(resources), adapter, {
    logger: nestLogger(logger),
    abortOnError: false,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  const gatekeeper = app.get(Gatekeeper);
  registerProxyDoor(fastify, { gatekeeper, table: routes, upstreams, publicUrl, log: logger });
  serveOpenApi(app);
  return app;
}

/** Follows the keys as they are kept, and has the one that signs followed by another when it has grown old. */
function keepRing(
  ring: KeyRing,
  keys: SigningKeys,
  config: Config,
  { logger, keyReloadSeconds }: StartOptions,
): KeyRingKeeper {
  const keeper = new KeyRingKeeper(ring, {
    load: async () => {
      const olderThanSeconds = config.signingKeyMaxAgeSeconds;
      const rotation = await keys.rotate({ noticeSeconds: keyNoticeSeconds, olderThanSeconds });
      if (rotation?.isNew)
        logger.info({ kid: rotation.kid }, 'the signing key has grown old: a new one was made');
      return keys.load();
    },
    onFailure: (error) =>
      logger.warn(
        { reason: error instanceof Error ? error.message : 'unknown' },
        'signing keys were not reloaded',
      ),
    reloadSeconds: keyReloadSeconds,
  });
  keeper.start();
  return keeper;
}

async function listen(app: NestFastifyApplication, { port, host }: Config['listen']): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new Error(`PORT: something else listens on port ${port} already`, { cause: error });
    if (code === 'EACCES')
      throw new Error(`PORT: this account may not listen on port ${port}`, { cause: error });
    if (code === 'EADDRNOTAVAIL') throw new Error('HOST: this machine has no such address', { cause: error });
    throw error;
  }
}

function openCounters(config: Config, logger: Logger, closers: Closer[]): ThrottlerStorage {
  const own = new WindowCounters();
  if (config.redisUrl === undefined) return own;
  const shared = new RedisCounters(config.redisUrl, own, (error) =>
    logger.warn({ reason: error.message }, 'redis'),
  );
  closers.push(() => shared.close());
  return shared;
}

/** Connects the configured upstreams; `example` is the one that comes with Gatehouse, started here. */
async function openUpstreams(config: Config, closers: Closer[]): Promise<UpstreamPool> {
  let example: ExampleUpstream | undefined;
  const entries: [string, { url: string; timeoutMs: number }][] = [];
  for (const [name, upstream] of Object.entries(config.file.upstreams)) {
    if (upstream.url === 'example' && example === undefined) {
      const started = await startExampleUpstream();
      closers.push(() => started.close());
      example = started;
    }
    entries.push([
      name,
      { ...upstream, url: upstream.url === 'example' ? (example?.url ?? '') : upstream.url },
    ]);
  }
  const pool = new UpstreamPool(Object.fromEntries(entries));
  closers.push(() => pool.close(drainMs));
  return pool;
}

async function closeTrail(trail: AuditTrail, logger: Logger): Promise<void> {
  const lost = await trail.close(trailGraceMs);
  if (lost > 0) logger.error({ count: lost }, 'outcomes could not be written to the trail before the end');
}
