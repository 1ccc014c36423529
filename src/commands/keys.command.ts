import type { Command } from 'commander';
import { PermissionCatalogue } from '../access/permission-catalogue.js';
import type { Config } from '../config/config.js';
import { loadConfig } from '../config/load-config.js';
import { processEnvironment } from '../config/process-environment.js';
import { keyNoticeSeconds } from '../credentials/key-ring-keeper.js';
import { Sealer } from '../kernel/sealer.js';
import { SigningKeys } from '../storage/signing-keys.js';
import type { Out } from './config.command.js';
import { installationSecret } from './installation-secret.js';
import { openDatabase } from './open-database.js';

/** Adds `gatehouse keys rotate`. */
export function addKeysCommands(program: Command): void {
  const keys = program.command('keys').description('Look after the keys that sign tokens.');
  keys
    .command('rotate')
    .description('Make a new signing key. Every replica takes it up by itself; sessions go on.')
    .action(() =>
      rotateKeys(loadConfig(processEnvironment(), process.cwd()), (text) => process.stdout.write(text)),
    );
}

/**
 * Makes a signing key that takes over as soon as every replica knows it. What the old one has signed stays good until it
 * expires.
 */
export async function rotateKeys(config: Config, out: Out): Promise<void> {
  const secret = await installationSecret(config);
  const catalogue = new PermissionCatalogue(config.file.permissions);
  const opened = await openDatabase(config, secret, catalogue, { say: () => undefined });
  try {
    const keys = new SigningKeys(opened.database, new Sealer(secret));
    // A database that nobody has ever started with has no key to follow yet.
    await keys.open();
    const rotation = await keys.rotate({ noticeSeconds: keyNoticeSeconds });
    if (rotation === undefined) throw new Error('no key was made');
    const { kid, activatesAt, isNew } = rotation;
    out(
      isNew
        ? `Key ${kid} was made and signs from ${activatesAt.toISOString()}.\n`
        : `Key ${kid} is waiting already and signs from ${activatesAt.toISOString()}. No other was made.\n`,
    );
  } finally {
    await opened.close();
  }
}
