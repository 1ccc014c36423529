/**
 * `npm run check`: everything about a change that can be said without a database, two steps at a time.
 * One line a step; the output of a step only if it failed. Names of steps as arguments run only those.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';

const CONCURRENCY = 2;
const root = path.dirname(import.meta.dirname);
const bin = (name) => path.join(root, 'node_modules', name);
const cache = (name) => path.join(root, 'node_modules/.cache/check', name);

/** The slow ones first, so that the two lanes end together. */
const steps = [
  // What has not changed since the last run is not looked at again: the first run takes most of a minute, later ones seconds. A
  // fresh clone has no such memory, so nothing lands on the strength of it.
  {
    name: 'lint',
    command: [
      bin('eslint/bin/eslint.js'),
      '.',
      '--max-warnings=0',
      '--cache',
      '--cache-strategy=content',
      `--cache-location=${cache('eslint')}`,
    ],
  },
  {
    name: 'types',
    command: [
      bin('typescript/bin/tsc'),
      '--noEmit',
      '-p',
      'tsconfig.json',
      '--incremental',
      '--tsBuildInfoFile',
      cache('types.tsbuildinfo'),
    ],
  },
  // Golden files describe the program as written, so these tests need no database and get none.
  {
    name: 'goldens',
    command: [bin('jest/bin/jest.js'), 'test/golden', '--globalSetup=', '--globalTeardown='],
  },
  {
    name: 'formatting',
    command: [
      bin('prettier/bin/prettier.cjs'),
      '--check',
      '.',
      '--log-level=warn',
      '--cache',
      `--cache-location=${cache('prettier')}`,
    ],
  },
  { name: 'imports', command: ['scripts/check-imports.mjs'] },
  { name: 'dead code', command: [bin('knip/bin/knip.js'), '--no-progress', '--no-config-hints'] },
  { name: 'lock file', command: ['scripts/complete-lock.mjs', '--check'] },
  { name: 'own words', command: ['scripts/check-words.mjs'] },
];

await main(process.argv.slice(2));

async function main(wanted) {
  const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) throw new Error(`No such step: ${unknown.join(', ')}`);
  const waiting = steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name));

  const started = performance.now();
  const failed = [];
  const lane = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      if (!(await passes(step))) failed.push(step.name);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));

  const verdict = failed.length > 0 ? `failed: ${failed.join(', ')}` : 'all good';
  console.log(`\n${verdict} (${seconds(started)})`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

/** Runs one step to its end, prints its line, and what it had to say if it failed. */
async function passes({ name, command }) {
  const started = performance.now();
  const { code, output } = await run(command);
  console.log(`${code === 0 ? '✓' : '✗'} ${name.padEnd(12)} ${seconds(started)}`);
  if (code !== 0) console.log(`${output.trimEnd()}\n`.replace(/^/gm, '    '));
  return code === 0;
}

function run(command) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk) => (output += chunk);
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    // A step killed by a signal has no code, and has not passed.
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
