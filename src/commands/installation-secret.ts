import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/config.js';
import { Secret } from '../kernel/secret.js';
import { createOnce } from '../storage/embedded/files.js';

const fileName = 'secret';

/**
 * The installation's secret: the configured one, else one that is made at the first start and kept in the data
 * directory, readable by its owner only.
 */
export async function installationSecret(config: Config): Promise<Secret> {
  if (config.secret !== undefined) return config.secret;
  const file = path.join(config.dataDir, fileName);
  await mkdir(config.dataDir, { recursive: true });
  // Of two that start together one makes it, and the other reads that one, whole.
  await createOnce(file, randomBytes(48).toString('base64url'));
  return new Secret((await readFile(file, 'utf8')).trim());
}
