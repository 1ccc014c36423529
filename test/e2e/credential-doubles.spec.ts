import { rawExchange } from '../harness/controller-app.js';
import {
  globalKey,
  masterKey,
  startTestGatehouse,
  trustingYaml,
  type TestGatehouse,
} from '../harness/gatehouse.js';
import { makeKey, makePerson, makeTenant, type Person, type Tenant } from '../harness/people.js';
import { everyCredentialEnv } from '../harness/presented.js';

let gatehouse: TestGatehouse;
let tenant: Tenant;
let member: Person;
let key: string;

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ yaml: trustingYaml, env: everyCredentialEnv });
  tenant = await makeTenant(gatehouse);
  member = await makePerson(gatehouse.http, tenant.owner.token);
  ({ key } = await makeKey(gatehouse.http, member.token, ['scans.read', 'keys.own']));
});
afterAll(() => gatehouse.stop());

const question = 'X-Forwarded-Method: GET\r\nX-Forwarded-Uri: /scans/1';
/** Every kind of door: own, proxied, asked for another, open to everybody, open and unrecorded. */
const doors = [
  { target: '/auth/me', more: '' },
  { target: '/scans/1', more: '' },
  { target: '/forward-auth/caddy', more: `${question}\r\n` },
  { target: '/status', more: '' },
  { target: '/health/live', more: '' },
];

describe('a header that decides', () => {
  /** Each beside a valid session, which must not save it. */
  const doubles: readonly [string, () => string[]][] = [
    ['the same key twice', () => [`X-API-Key: ${key}`, `X-API-Key: ${key}`]],
    ['a key and another', () => [`X-API-Key: ${key}`, 'X-API-Key: other']],
    ['a key, and another in lower case', () => [`X-API-Key: ${key}`, 'x-api-key: other']],
    ['an empty key and a key', () => ['X-API-Key:', `X-API-Key: ${key}`]],
    ['two keys with a comma', () => [`X-API-Key: ${key},${key}`]],
    ['a key and a comma', () => [`X-API-Key: ${key},`]],
    ['a key with underscores', () => [`X_API_Key: ${key}`]],
    ['a key with dots', () => [`X.Api.Key: ${key}`]],
    ['a key, and one with an underscore', () => [`X-API-Key: ${key}`, `X-API_Key: ${key}`]],
    ['the session twice', () => [`Authorization: Bearer ${member.token}`]],
    ['the session and another scheme', () => ['authorization: Basic YTpi']],
    ['the master key twice', () => [`X-Master-Key: ${masterKey}`, `X-Master-Key: ${masterKey}`]],
    ['the master key with an underscore', () => [`X-Master_Key: ${masterKey}`]],
    ['two master keys with a comma', () => [`X-Master-Key: ${masterKey}, ${masterKey}`]],
    ['two reasons', () => ['X-Break-Glass-Reason: one of them', 'X-Break-Glass-Reason: the other']],
    ['the tenant twice', () => [`X-Tenant-ID: ${tenant.id}`, `X-Tenant-ID: ${tenant.id}`]],
    ['two tenants with a comma', () => [`X-Tenant-ID: ${tenant.id}, ${tenant.id}`]],
    ['the tenant with underscores', () => [`X_Tenant_ID: ${tenant.id}`]],
    ['two correlation ids', () => ['X-Correlation-ID: one-of-them', 'X-Correlation-ID: the-other']],
    ['the correlation id with dots', () => ['X.Correlation.ID: dotted-away']],
  ];

  it.each(doubles)(
    'that comes as %s is refused at every door, also at the open ones',
    async (_what, lines) => {
      for (const { target, more } of doors) {
        const { status, body } = await send(
          target,
          [`Authorization: Bearer ${member.token}`, ...lines()],
          more,
        );
        expect({ target, status, code: body.code }).toEqual({
          target,
          status: 400,
          code: 'AMBIGUOUS_HEADER',
        });
        expect(JSON.stringify(body)).not.toContain(key);
      }
    },
  );

  it('once, in any case, is the header', async () => {
    for (const line of [`x-api-key: ${key}`, `X-API-KEY: ${key}`, `X-Api-Key:\t${key} `]) {
      expect((await send('/auth/me', [line])).body).toMatchObject({ id: member.id });
    }
  });

  it.each([
    ['white space before the colon', () => `X-API-Key : ${key}`],
    ['a value folded over two lines', () => `X-API-Key: ${key.slice(0, 9)}\r\n ${key.slice(9)}`],
    ['a bare carriage return', () => `X-Other: 1\rX-API-Key: ${key}`],
    ['a NUL', () => `X-API-Key: ${key}\0`],
  ])('with %s is no HTTP', async (_what, line) => {
    for (const { target } of doors) expect((await send(target, [line()])).status).toBe(400);
  });
});

describe('two keys of users', () => {
  it('in two headers are ambiguous: neither is tried', async () => {
    for (const { target, more } of doors.slice(0, 3)) {
      const lines = [`Authorization: Bearer ${key}`, `X-API-Key: ${key}`];
      expect(await send(target, lines, more)).toMatchObject({
        status: 400,
        body: { code: 'AMBIGUOUS_CREDENTIAL' },
      });
    }
  });
});

describe('a credential', () => {
  const nobody = { status: 401, challenge: 'Bearer realm="gatehouse"' };

  it('is read from no other place than its header', async () => {
    const everything = `api_key=${key}&apikey=${key}&x-api-key=${key}&X-API-Key=${key}&key=${key}&access_token=${member.token}&master_key=${masterKey}`;
    const cookie = `Cookie: X-API-Key=${key}; access_token=${member.token}; session=${member.token}`;
    for (const target of ['/scans/1', `/scans/1?${everything}`]) {
      expect(await send(target, [cookie])).toMatchObject(nobody);
      expect(await send(target, [`Proxy-Authorization: Bearer ${member.token}`])).toMatchObject(nobody);
      expect(
        await send(target, [`X-Authorization: Bearer ${member.token}`, `X-Forwarded-Authorization: ${key}`]),
      ).toMatchObject(nobody);
    }
    const asked = `X-Forwarded-Method: GET\r\nX-Forwarded-Uri: /scans/1?${everything}\r\n`;
    expect(await send('/forward-auth/caddy', [], asked)).toMatchObject(nobody);
    // Nor is it given away: a query in which somebody put their key all the same is not in the trail.
    const trail = await gatehouse.http.get('/admin/audit?limit=200', { token: gatehouse.adminToken });
    expect(trail.text).not.toContain(key);
    expect(trail.text).not.toContain(member.token);
  });

  it('in the trailer of a body comes too late', async () => {
    const chunked = ['Transfer-Encoding: chunked', 'Trailer: X-API-Key'];
    const body = `2\r\n{}\r\n0\r\nX-API-Key: ${key}\r\n\r\n`;
    for (const target of ['/scans', '/auth/api-keys']) {
      expect(await send(target, chunked, '', { method: 'POST', body })).toMatchObject(nobody);
    }
  });

  it('counts for its own request, not for the next one on the same connection', async () => {
    const first = `GET /auth/me HTTP/1.1\r\nHost: a\r\nX-API-Key: ${key}\r\n\r\n`;
    const second = 'GET /auth/me HTTP/1.1\r\nHost: a\r\n\r\n';
    const last = 'GET /scans/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const answers = await rawExchange(port(), first + second + first + second + last);
    expect(answers.match(/HTTP\/1\.1 \d+/g)?.map((line) => line.slice(-3))).toEqual([
      '200',
      '401',
      '200',
      '401',
      '401',
    ]);
  });

  it.each([
    ['the global key as bearer', () => `Authorization: Bearer ${globalKey}`],
    ['the master key as a key', () => `X-API-Key: ${masterKey}`],
    ['the master key as bearer', () => `Authorization: Bearer ${masterKey}`],
    ['a session as a key', () => `X-API-Key: ${member.token}`],
    ['a key as the master key', () => `X-Master-Key: ${key}`],
    ['a key without its scheme', () => `Authorization: ${key}`],
    ['a key under another scheme', () => `Authorization: ApiKey ${key}`],
    ['a session under another scheme', () => `Authorization: Token ${member.token}`],
    ['a key behind its scheme’s name in X-API-Key', () => `X-API-Key: Bearer ${key}`],
    ['a key with other letters in its prefix', () => `X-API-Key: ${key.replace('cspm_', 'CSPM_')}`],
    ['a key and a no-break space', () => `X-API-Key: ${key}\u00a0`],
    ['a key cut short', () => `X-API-Key: ${key.slice(0, -1)}`],
    ['a key with another last letter', () => `X-API-Key: ${key.slice(0, -1)}${key.endsWith('0') ? 1 : 0}`],
  ])('in the wrong place is none: %s', async (_what, line) => {
    for (const { target, more } of doors.slice(0, 3)) {
      expect(await send(target, [line()], more)).toMatchObject({
        status: 401,
        challenge: expect.stringContaining('invalid_token'),
      });
    }
  });
});

interface RawAnswer {
  readonly status: number;
  readonly challenge: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends header lines exactly as they are written. @param more lines before them, each with its end */
async function send(
  target: string,
  lines: readonly string[],
  more = '',
  { method = 'GET', body = '' } = {},
): Promise<RawAnswer> {
  const head = [`${method} ${target} HTTP/1.1`, 'Host: a', 'Connection: close', ...lines].join('\r\n');
  const answer = await rawExchange(port(), `${head}\r\n${more}\r\n${body}`);
  const [top = '', ...rest] = answer.split('\r\n\r\n');
  return {
    status: Number(top.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)),
    challenge: /^www-authenticate: (.*)$/im.exec(top)?.[1],
    body: jsonIn(rest.join('\r\n\r\n')),
  };
}

function jsonIn(text: string): RawAnswer['body'] {
  const from = text.indexOf('{');
  return from === -1 ? {} : (JSON.parse(text.slice(from, text.lastIndexOf('}') + 1)) as RawAnswer['body']);
}

function port(): number {
  return Number(new URL(gatehouse.url).port);
}
