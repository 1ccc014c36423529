import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface ExampleUpstream {
  readonly url: string;
  close(): Promise<void>;
}

interface Scan {
  readonly id: string;
  readonly target: string;
}

/**
 * A service to put a gateway in front of: it keeps scans in memory and says who it was told is asking. It listens on this machine only, on
 * a free port, and believes whoever reaches it.
 */
export async function startExampleUpstream(): Promise<ExampleUpstream> {
  const scans: Scan[] = [
    { id: '1', target: 'shop.example' },
    { id: '2', target: 'blog.example' },
  ];
  const server = createServer((request, response) => {
    answer(request, scans).then(
      ([status, body]) => send(response, status, { ...body, seen: seen(request) }),
      () => send(response, 400, { error: 'the body must be JSON' }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const maxScans = 100;

type Answer = readonly [status: number, body: Readonly<Record<string, unknown>>];

async function answer(request: IncomingMessage, scans: Scan[]): Promise<Answer> {
  const [path = ''] = (request.url ?? '').split('?');
  const id = /^\/scans\/([^/]+)$/.exec(path)?.[1];
  if (path === '/status') return [200, { status: 'ok' }];
  if (path === '/scans' && request.method === 'POST')
    return [201, { scan: create(scans, await json(request)) }];
  if (path === '/scans') return [200, { scans }];
  const scan = scans.find((candidate) => candidate.id === id);
  return scan === undefined ? [404, { error: 'there is no such scan' }] : [200, { scan }];
}

function create(scans: Scan[], body: unknown): Scan {
  const target = typeof body === 'object' && body !== null && 'target' in body ? String(body.target) : '';
  const scan = { id: String(Number(scans.at(-1)?.id ?? 0) + 1), target };
  scans.push(scan);
  if (scans.length > maxScans) scans.shift();
  return scan;
}

function seen(request: IncomingMessage): Record<string, string> {
  const header = (name: string): string => String(request.headers[`x-gatehouse-${name}`] ?? '');
  return {
    user: header('user'),
    tenant: header('tenant'),
    permissions: header('permissions'),
    scheme: header('scheme'),
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
