import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { exportJWK, generateKeyPair } from 'jose';
import { PermissionCatalogue } from '../../src/access/permission-catalogue.js';
import { assemble } from '../../src/commands/start.js';
import { loadConfig } from '../../src/config/load-config.js';
import { KeyRing } from '../../src/credentials/key-ring.js';
import { RouteTable } from '../../src/edge/route-table.js';
import { UpstreamPool } from '../../src/edge/upstream-pool.js';
import { WindowCounters } from '../../src/gate/window-counters.js';
import { createLogger } from '../../src/http/logger.js';
import { PasswordHasher } from '../../src/identity/passwords/password-hasher.js';
import { systemClock } from '../../src/kernel/clock.js';
import { Sealer } from '../../src/kernel/sealer.js';
import { Secret } from '../../src/kernel/secret.js';
import { Database } from '../../src/storage/database.js';

/** The whole program, put together as it is shipped and connected to nothing: for what can be read off its structure. */
export async function assembleOffline(): Promise<NestFastifyApplication> {
  const env = { NODE_ENV: 'test', PORT: '0', PUBLIC_URL: 'http://localhost:8080' };
  const config = loadConfig(env, process.cwd());
  const pair = await generateKeyPair('ES256', { extractable: true });
  const key = { publicJwk: await exportJWK(pair.publicKey), privateJwk: await exportJWK(pair.privateKey) };
  const nowhere = {
    url: 'postgres://nobody@127.0.0.1:1/nothing',
    connectTimeoutMs: 1,
    statementTimeoutMs: 1,
  };
  const table = new RouteTable(config.file.routes);
  return assemble(
    {
      config,
      database: new Database(nowhere),
      ring: new KeyRing([
        { kid: 'k', algorithm: 'ES256', signsInSeconds: 0, retiresInSeconds: null, ...key },
      ]),
      sealer: new Sealer(new Secret('offline')),
      counters: new WindowCounters(),
      catalogue: new PermissionCatalogue(config.file.permissions),
      passwords: new PasswordHasher(),
      routes: () => table,
      decisionMs: 1,
      clock: systemClock,
      logger: createLogger({ level: 'silent' }),
    },
    new UpstreamPool({}),
  );
}
