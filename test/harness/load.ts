import { randomUUID } from 'node:crypto';
import { Agent, request } from 'undici';

/** One request of the load and what came of it. */
export interface Shot {
  /** Its correlation id. */
  readonly id: string;
  /** The status; undefined when no whole answer came. */
  readonly status?: number;
}

export interface Load {
  /** Everything sent so far. What is still under way isn't among them. */
  readonly shots: readonly Shot[];
  /** Resolves when nothing is under way any more. */
  readonly over: Promise<void>;
  /** Sends nothing more. What is under way goes on. */
  stop(): void;
}

/** What each client sends over and over, in turn. */
export interface Target {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Clients that send one request after the other, each until one of its requests gets no answer. */
export function startLoad(url: string, clients: number, targets: readonly Target[]): Load {
  const agent = new Agent({ connections: clients, pipelining: 1 });
  const shots: Shot[] = [];
  let stopped = false;
  const client = async (first: number) => {
    for (let turn = first; !stopped; turn += 1) {
      const { path, headers } = targets[turn % targets.length] ?? { path: '/', headers: {} };
      const id = randomUUID();
      const status = await shoot(agent, url + path, { ...headers, 'x-correlation-id': id });
      shots.push({ id, status });
      if (status === undefined) return;
    }
  };
  const over = Promise.all(Array.from({ length: clients }, (_, index) => client(index))).then(() =>
    agent.destroy(),
  );
  return { shots, over, stop: () => (stopped = true) };
}

async function shoot(
  agent: Agent,
  url: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  try {
    const response = await request(url, { dispatcher: agent, headers });
    // Half an answer is none.
    await response.body.text();
    return response.statusCode;
  } catch {
    return undefined;
  }
}
