import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
/** Below node_modules, where a module that is no part of a package still finds its dependencies. */
const shelf = path.join(root, 'node_modules/.cache/gatehouse-builds');
const keptMs = 3_600_000;

/**
 * The program as it ships: the sources as they are now, compiled by `tsc` to the modules that Node runs. Compiled once for each
 * state of the sources, and apart from `dist`, which somebody may be using or building anew.
 *
 * @returns its main file
 */
export async function builtProgram(): Promise<string> {
  const place = path.join(shelf, await fingerprintOfSources());
  if (!(await exists(place))) await build(place);
  return path.join(place, 'main.js');
}

async function build(place: string): Promise<void> {
  await mkdir(shelf, { recursive: true });
  await removeOldOnes();
  const workshop = await mkdtemp(path.join(shelf, 'unfinished-'));
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  // Types are for `npm run check` to judge; without that it takes a fraction of the time.
  const options = ['-p', path.join(root, 'tsconfig.build.json'), '--noCheck', '--sourceMap', 'false'];
  await promisify(execFile)(process.execPath, [tsc, ...options, '--outDir', path.join(workshop, 'program')]);
  await writeFile(path.join(workshop, 'program/package.json'), '{ "type": "module" }\n');
  // Two test files may build at the same time; either result is right, and nobody ever sees half of one.
  await rename(path.join(workshop, 'program'), place).catch(async (error: unknown) => {
    if (!(await exists(place))) throw error;
  });
  await rm(workshop, { recursive: true, force: true });
}

async function fingerprintOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const names = await readdir(path.join(root, 'src'), { recursive: true });
  const sources = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts')).sort();
  for (const source of ['tsconfig.json', 'tsconfig.build.json', ...sources.map((name) => `src/${name}`)]) {
    hash.update(`${source}\0`).update(await readFile(path.join(root, source)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function removeOldOnes(): Promise<void> {
  for (const name of await readdir(shelf)) {
    const old = path.join(shelf, name);
    const { mtimeMs } = await stat(old).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > keptMs) await rm(old, { recursive: true, force: true });
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
