import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/config.js';
import { Secret } from '../kernel/secret.js';

const fileName = 'secret';

/**
 * The installation's secret: the configured one, else one that is made at the first start and kept in the data
 * directory, readable by its owner only.
 */
export async function installationSecret(config: Config): Promise<Secret> {
  if (config.secret !== undefined) return config.secret;
  const file = path.join(config.dataDir, fileName);
  await mkdir(config.dataDir, { recursive: true });
  try {
    // `wx`: of two that start together one makes it, and the other reads that one.
    await writeFile(file, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return new Secret((await readFile(file, 'utf8')).trim());
}
