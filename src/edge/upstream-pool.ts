import { Pool, type Dispatcher } from 'undici';

/** Where an upstream is and how long it may take. */
export interface UpstreamOptions {
  /** `http:` or `https:`, host and port. No path: what is forwarded is the path that was judged. */
  readonly url: string;
  /** How long the upstream may take to begin its answer once it has the request, in milliseconds. */
  readonly timeoutMs: number;
  /** How long it may be silent in the middle of an answer, in milliseconds. */
  readonly idleTimeoutMs?: number;
}

const maxConnectMs = 5000;
const defaultIdleTimeoutMs = 300_000;

/**
 * The connections to the upstreams, kept alive. Their number isn't capped: it can't exceed that of the clients' own
 * requests, and a cap would let one slow route hold up every other of the same upstream in a queue without a deadline.
 */
export class UpstreamPool {
  readonly #pools: ReadonlyMap<string, Pool>;

  /** @throws Error naming an upstream whose URL is not an origin */
  constructor(upstreams: Readonly<Record<string, UpstreamOptions>>) {
    this.#pools = new Map(
      Object.entries(upstreams).map(([name, options]) => [name, openPool(name, options)]),
    );
  }

  /** @throws Error when there is no upstream of this name */
  to(name: string): Dispatcher {
    const pool = this.#pools.get(name);
    if (pool === undefined) throw new Error(`there is no upstream ${name}`);
    return pool;
  }

  /** Waits for what is under way, at most `graceMs`, then ends it. */
  async close(graceMs: number): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => closePool(pool, graceMs)));
  }
}

function openPool(
  name: string,
  { url, timeoutMs, idleTimeoutMs = defaultIdleTimeoutMs }: UpstreamOptions,
): Pool {
  return new Pool(originOf(name, url), {
    connect: { timeout: Math.min(timeoutMs, maxConnectMs) },
    headersTimeout: timeoutMs,
    bodyTimeout: idleTimeoutMs,
    // One request at a time on a connection: a slow answer must not hold up another client's.
    pipelining: 1,
  });
}

function originOf(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error(`upstream ${name} has no http or https URL`);
  }
  if (
    url.username !== '' ||
    url.password !== '' ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new Error(`upstream ${name} must be scheme, host and port alone`);
  }
  return url.origin;
}

async function closePool(pool: Pool, graceMs: number): Promise<void> {
  const timer = setTimeout(() => void pool.destroy(), graceMs);
  try {
    await pool.close();
  } finally {
    clearTimeout(timer);
  }
}
