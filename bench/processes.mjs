// Starting, measuring and ending the programs that are compared.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

const clockTicks = Number(execFileSync('getconf', ['CLK_TCK']).toString());

/** Starts a program and waits until its output matches. Resolves with the process and the match. */
export function start(command, args, env, ready) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const match = ready.exec(output);
      if (match !== null) resolve({ child, match });
    });
    child.once('exit', (code) =>
      reject(new Error(`${command} ended with ${code} before it was ready:\n${output}`)),
    );
  });
}

/** Ends a program and waits for it. */
export async function stop(child) {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** CPU seconds that a process has used, from /proc: steady on noisy machines, where the clock on the wall is not. */
export function cpuSeconds(pid) {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) / clockTicks;
}

/** CPU seconds of a process tree's PostgreSQL: of every process whose command line names the data directory's server. */
export function postgresCpuSeconds(postmasterPid) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = pids.filter((pid) => parentOf(pid) === postmasterPid);
  return [String(postmasterPid), ...children].reduce((sum, pid) => sum + safely(() => cpuSeconds(pid), 0), 0);
}

/** Resident memory in MiB. */
export function memoryMiB(pid) {
  const line = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}

function parentOf(pid) {
  return safely(() => Number(statOf(pid)[1]), -1);
}

/** The fields after the command's name, which may itself hold spaces. */
function statOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function safely(read, otherwise) {
  try {
    return read();
  } catch {
    return otherwise; // the process has ended meanwhile
  }
}
