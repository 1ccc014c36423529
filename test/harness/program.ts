import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { builtProgram } from './built-program.js';
import { eventually } from './eventually.js';

/** Gatehouse as a process of its own, built as it ships. */
export interface Program {
  readonly pid: number;
  /** All that it has written so far, to standard output and to standard error. */
  output(): { readonly stdout: string; readonly stderr: string };
  /** Waits until it has told where it listens. @throws Error with what it wrote, when it ends or doesn't */
  ready(): Promise<void>;
  /** Sends a signal, waits for the end, and kills what doesn't end in time. */
  end(signal: NodeJS.Signals, withinMs?: number): Promise<Ended>;
  /** Waits for the end, and kills what doesn't end in time. */
  ended(withinMs?: number): Promise<Ended>;
}

/** How a process ended. One of the two is null. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProgramOptions {
  readonly cwd: string;
  /** The whole environment, but for `PATH`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** What to run as, if not as ourselves. Only root can choose. */
  readonly account?: { readonly uid: number; readonly gid: number };
}

const bootLimitMs = 25_000;
const endLimitMs = 15_000;

/** Starts the program. It is up to the caller to end it. */
export async function startProgram({ cwd, env, args = [], account }: ProgramOptions): Promise<Program> {
  const child = spawn(process.execPath, [await builtProgram(), ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    ...(account && { uid: account.uid, gid: account.gid }),
  });
  child.stdin.end();
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (written[name] += text));
  }
  await once(child, 'spawn');
  const closed = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode }));
  const ended = (withinMs = endLimitMs) => endOf(child, closed, withinMs);
  return {
    pid: child.pid ?? 0,
    output: () => ({ ...written }),
    ready: () => untilReady(child, written),
    ended,
    end: (signal, withinMs) => {
      child.kill(signal);
      return ended(withinMs);
    },
  };
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function untilReady(
  child: ChildProcessWithoutNullStreams,
  written: Record<string, string>,
): Promise<void> {
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  await eventually(() => written.stdout?.includes('API reference: ') || isOver(), bootLimitMs);
  if (isOver()) throw new Error(`the program ended: ${written.stdout}${written.stderr}`);
}

async function endOf(
  child: ChildProcessWithoutNullStreams,
  closed: Promise<Ended>,
  withinMs: number,
): Promise<Ended> {
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
  try {
    return await closed;
  } finally {
    clearTimeout(timer);
  }
}
