// npm run bench [-- gate | proxy]: what a live, recorded decision costs, beside a server that decides nothing.
// Variants alternate within one run; medians are printed. Only 127.0.0.1 is ever asked.
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { cpuSeconds, memoryMiB, postgresCpuSeconds, start, stop } from './processes.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const seconds = Number(process.env.BENCH_SECONDS ?? 4);
const connections = 64;
const wanted = process.argv.slice(2);
const root = path.resolve(import.meta.dirname, '..');
const dir = mkdtempSync(path.join(tmpdir(), 'gatehouse-bench-'));
// The embedded server is another account's when root runs this, and has to pass through.
chmodSync(dir, 0o755);
const password = 'only for this measurement';

writeFileSync(
  path.join(dir, 'gatehouse.yaml'),
  `permissions: [scans.read]
upstreams:
  scanner: { url: example, timeout: 30s }
routes:
  - { methods: [GET], path: "/scans/**", upstream: scanner, require: { permission: scans.read } }
trusted_proxies: [127.0.0.1/32]
rate_limits:
  source: { requests: 1000000000, window: 1h }
  identity: { requests: 1000000000, window: 1h }
`,
);

const running = [];
try {
  const floor = await start(process.execPath, [path.join(root, 'bench/floor.mjs')], {}, /listening (\d+)/);
  running.push(floor.child);
  const port = 20_000 + (process.pid % 20_000);
  const gatehouse = await start(
    process.execPath,
    [path.join(root, 'dist/main.js')],
    environment(port),
    /Gatehouse is at/,
  );
  running.push(gatehouse.child);
  const url = `http://127.0.0.1:${port}`;
  const key = await makeKey(url);
  const postmaster = Number(
    readFileSync(path.join(dir, 'data/postgres/pgdata/postmaster.pid'), 'utf8').split('\n')[0],
  );
  const judged = { 'x-api-key': key, 'x-original-method': 'GET', 'x-original-uri': '/scans' };
  const variants = [
    {
      name: 'floor',
      title: 'bare node:http',
      pid: floor.child.pid,
      url: `http://127.0.0.1:${floor.match[1]}/`,
      headers: {},
    },
    {
      name: 'gate',
      title: 'a decision (forward-auth)',
      pid: gatehouse.child.pid,
      url: `${url}/forward-auth/nginx`,
      headers: judged,
    },
    {
      name: 'proxy',
      title: 'a decision and the proxied answer',
      pid: gatehouse.child.pid,
      url: `${url}/scans`,
      headers: { 'x-api-key': key },
    },
  ].filter(({ name }) => name === 'floor' || wanted.length === 0 || wanted.includes(name));
  const results = new Map(variants.map(({ name }) => [name, []]));
  for (const variant of variants) await measure(variant, postmaster, 1); // warm
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of variants)
      results.get(variant.name).push(await measure(variant, postmaster, seconds));
  }
  report(variants, results, memoryMiB(gatehouse.child.pid));
} finally {
  for (const child of running.reverse()) await stop(child);
  rmSync(dir, { recursive: true, force: true });
}

function environment(port) {
  return {
    PORT: String(port),
    LOG_LEVEL: 'warn',
    GATEHOUSE_DATA_DIR: path.join(dir, 'data'),
    GATEHOUSE_CONFIG: path.join(dir, 'gatehouse.yaml'),
    BOOTSTRAP_ADMIN_PASSWORD: password,
  };
}

async function makeKey(url) {
  const post = async (where, body, headers = {}) => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    };
    return (await fetch(url + where, init)).json();
  };
  const { access_token: token } = await post('/auth/login', { email: 'admin@localhost', password });
  const made = await post(
    '/auth/api-keys',
    { name: 'bench', scopes: ['scans.read'] },
    { authorization: `Bearer ${token}` },
  );
  return made.api_key;
}

async function measure({ pid, url, headers }, postmaster, duration) {
  const before = { server: cpuSeconds(pid), postgres: postgresCpuSeconds(postmaster) };
  const order = JSON.stringify({ url, headers, connections, seconds: duration });
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(root, 'bench/load.mjs'), order]);
  const load = JSON.parse(stdout);
  const perRequest = (after, was) => ((after - was) * 1e6) / load.requests;
  return {
    ...load,
    rate: load.requests / load.seconds,
    serverUs: perRequest(cpuSeconds(pid), before.server),
    postgresUs: perRequest(postgresCpuSeconds(postmaster), before.postgres),
  };
}

function report(variants, results, memory) {
  const median = (rows, of) => [...rows].map(of).sort((a, b) => a - b)[Math.floor(rows.length / 2)];
  const floorRate = median(results.get('floor'), (row) => row.rate);
  const say = (line) => process.stdout.write(`${line}\n`);
  say(
    `${rounds} rounds of ${seconds} s, ${connections} connections, medians; client, server and PostgreSQL share the machine`,
  );
  say('| what | requests/s | of the floor | server CPU µs | PostgreSQL CPU µs | p50 ms | p99 ms | errors |');
  say('|---|---|---|---|---|---|---|---|');
  for (const { name, title } of variants) {
    const rows = results.get(name);
    const of = (field) => median(rows, (row) => row[field]);
    const errors = rows.reduce((sum, row) => sum + row.errors, 0);
    const share = (of('rate') / floorRate).toFixed(2);
    const cells = [
      of('rate').toFixed(0),
      share,
      of('serverUs').toFixed(0),
      name === 'floor' ? '–' : of('postgresUs').toFixed(0),
    ];
    say(
      `| ${title} | ${cells.join(' | ')} | ${of('p50').toFixed(1)} | ${of('p99').toFixed(1)} | ${errors} |`,
    );
  }
  say(`\nGatehouse's memory afterwards: ${memory} MiB`);
}
