import { randomBytes } from 'node:crypto';
import { link, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/** A name beside `target` for building it unseen, so that it appears whole (by rename or link) or not at all. */
export function unfinished(target: string): string {
  return `${target}.unfinished-${randomBytes(6).toString('hex')}`;
}

/** Removes what earlier starts left unfinished because they were killed. Recent ones may still be at work. */
export async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.includes('.unfinished-')) continue;
    const file = path.join(directory, name);
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await rm(file, { recursive: true, force: true });
  }
}

/**
 * Creates `file` with `text`, readable by its owner only, unless it exists. Of several processes that try at once, one wins,
 * and no reader ever sees half a file.
 *
 * @returns whether this call created it
 */
export async function createOnce(file: string, text: string): Promise<boolean> {
  const draft = unfinished(file);
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Makes a rename or a new name in this directory survive a power cut. */
export async function flushDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether an error carries one of these codes: a system call's (`ENOENT`) or a SQLSTATE (`42P04`). */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'string' &&
    codes.includes(error.code)
  );
}
