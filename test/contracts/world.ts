import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { globalKey, masterKey, startTestGatehouse, type TestGatehouse } from '../harness/gatehouse.js';
import { query } from '../harness/query.js';

/** The documented APIs, each where its document has it, as `docs/surfaces.md` recommends to set them up. */
export const surfaces = `
surfaces:
  - { dialect: cloudheed, prefix: /v1 }
  - { dialect: cloudsync, host: api.cloudsync.io, prefix: /v1 }
  - { dialect: switchboard, host: api.switchboard.dev, prefix: /api/v1 }
`;

const permissions = [
  'backups:read',
  'backups:write',
  'billing',
  'billing:read',
  'databases:read',
  'databases:write',
  'deploy',
  'files:read',
  'files:write',
  'org:read',
  'org:write',
  'read',
  'scans.read',
  'users:read',
  'users:write',
  'workspaces:read',
  'workspaces:write',
];

/** What stands behind the gate in the examples, and which permission it takes. */
const routes = {
  '/databases': 'databases:read',
  '/deployments': 'deploy',
  '/scans': 'scans.read',
  '/workspaces': 'workspaces:read',
};

const yaml = (upstream: string) => `
permissions: ${JSON.stringify(permissions)}
upstreams:
  service: { url: "${upstream}", timeout: 5s }
routes:
${Object.entries(routes)
  .map(
    ([path, permission]) =>
      `  - { methods: [GET], path: ${path}, upstream: service, require: { permission: "${permission}" } }\n`,
  )
  .join(
    '',
  )}  - { methods: [GET], path: "/sandbox/**", upstream: service, require: { permission: "workspaces:read", environment: test } }
rate_limits:
  source: { requests: 1000000, window: 1m }
  identity: { requests: 1000000, window: 1m }
  attempts: { requests: 1000000, window: 1m }
${surfaces}`;

/** What the service behind the gate answers: snake case, camel case and an envelope of its own, none of which is ours. */
export const upstreamAnswer = '{"access_token":"theirs","next_cursor":null,"data":[{"createdAt":1}]}';

/** Where the examples of a document take place, and what one has to remember of another. */
export class World {
  readonly #known = new Map<string, string>();

  private constructor(
    readonly gatehouse: TestGatehouse,
    /** `METHOD target` of everything that has reached the service behind the gate. */
    readonly reached: string[],
    private readonly upstream: Server,
  ) {}

  static async start(): Promise<World> {
    const reached: string[] = [];
    const upstream = createServer((request, response) => {
      reached.push(`${request.method ?? ''} ${request.url ?? ''}`);
      response.writeHead(200, { 'content-type': 'application/json' }).end(upstreamAnswer);
    });
    await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
    const { port } = upstream.address() as AddressInfo;
    const gatehouse = await startTestGatehouse({
      yaml: yaml(`http://127.0.0.1:${port}`),
      env: {
        REGISTRATION: 'open',
        BREAK_GLASS_ENABLED: 'true',
        MASTER_KEY: masterKey,
        BREAK_GLASS_PERMISSIONS: 'scans.read',
        LEGACY_API_KEY: globalKey,
        LEGACY_API_KEY_TENANT: 'operator',
        LEGACY_API_KEY_ROLE: 'viewer',
      },
    });
    return new World(gatehouse, reached, upstream);
  }

  async stop(): Promise<void> {
    await this.gatehouse.stop();
    this.upstream.closeAllConnections();
    await new Promise((resolve) => this.upstream.close(resolve));
  }

  know(name: string, value: string): void {
    this.#known.set(name, value);
  }

  known(name: string): string {
    const value = this.#known.get(name);
    if (value === undefined) throw new Error(`no example before this one has given a ${name}`);
    return value;
  }

  /** A path of a document, with its `{id}` filled in. */
  pathOf(path: string): string {
    return path.replace('{id}', () => this.known('key id'));
  }

  /** Runs one statement as the database's owner. */
  async sql(text: string): Promise<unknown> {
    return query(this.gatehouse.databaseUrl, text);
  }
}
