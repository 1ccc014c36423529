import { Command } from 'commander';
import { PermissionCatalogue } from '../access/permission-catalogue.js';
import { ConfigError } from '../config/config-error.js';
import { loadConfig } from '../config/load-config.js';
import { processEnvironment } from '../config/process-environment.js';
import { createLogger } from '../http/logger.js';
import { banner } from './banner.js';
import { addConfigCommands } from './config.command.js';
import { addKeysCommands } from './keys.command.js';
import { installationSecret } from './installation-secret.js';
import { migrateDatabase } from './open-database.js';
import { startGatehouse } from './start.js';

/**
 * The `gatehouse` command.
 * @param argv as the process got it
 * @returns the exit code
 */
export async function run(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('gatehouse').description('A multi-tenant RBAC security gateway.');
  program.command('serve', { isDefault: true }).description('Serve (the default).').action(serve);
  program
    .command('migrate')
    .description('Bring the schema of DATABASE_URL up to date, and stop.')
    .action(migrate);
  addConfigCommands(program, (code) => {
    exitCode = code;
  });
  addKeysCommands(program);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    print(process.stderr, explain(error));
    exitCode = 1;
  }
  return exitCode;
}

async function serve(): Promise<void> {
  const config = loadConfig(processEnvironment(), process.cwd());
  const logger = createLogger({ level: config.logLevel });
  for (const warning of config.warnings) logger.warn(warning);
  // Signals are heard from the first moment: a start that is interrupted leaves no server behind.
  const interrupted = new AbortController();
  const stopSignal = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  });
  void stopSignal.then(() => interrupted.abort());
  const gatehouse = await startGatehouse(config, { logger, signal: interrupted.signal });
  print(process.stdout, banner(config.publicUrl, config, gatehouse.firstAdmin));
  logger.info({ signal: await stopSignal }, 'stopping');
  await gatehouse.stop();
}

async function migrate(): Promise<void> {
  const config = loadConfig(processEnvironment(), process.cwd());
  if (config.database.url === undefined)
    throw new Error('DATABASE_URL is not set: the embedded database migrates at each start');
  const catalogue = new PermissionCatalogue(config.file.permissions);
  const secret = await installationSecret(config);
  await migrateDatabase(config.database.url.reveal(), secret, catalogue, {
    say: (line) => print(process.stderr, line),
  });
  print(process.stdout, 'The schema is up to date.');
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  return `gatehouse: ${error instanceof Error ? error.message : 'unknown error'}`;
}

function print(stream: NodeJS.WriteStream, text: string): void {
  stream.write(`${text}\n`);
}
