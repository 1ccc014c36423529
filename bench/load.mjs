// Sends requests to one URL from a process of its own, over a fixed number of connections, for a fixed time.
// Prints one line of JSON: requests, errors, seconds, p50 and p99 in milliseconds.
import { Pool } from 'undici';

const { url, headers, connections, seconds } = JSON.parse(process.argv[2]);
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections, pipelining: 1 });
const times = [];
let errors = 0;
const until = performance.now() + seconds * 1000;

await Promise.all(Array.from({ length: connections }, client));
await pool.close();

times.sort((a, b) => a - b);
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
process.stdout.write(
  `${JSON.stringify({ requests: times.length, errors, seconds, p50: at(0.5), p99: at(0.99) })}\n`,
);

async function client() {
  while (performance.now() < until) {
    const begun = performance.now();
    const { statusCode, body } = await pool.request({ path: pathname, method: 'GET', headers });
    await body.dump();
    times.push(performance.now() - begun);
    if (statusCode !== 200) errors += 1;
  }
}
