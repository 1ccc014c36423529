import { Controller, Get, Post } from '@nestjs/common';
import { startEdgeApp, type EdgeApp } from '../../test/harness/edge-app.js';
import { sendRaw, startServer, type TestServer } from '../../test/harness/proxy.js';
import { Public, Requires } from '../gate/demand.decorator.js';

@Controller('admin')
class AdminController {
  @Get('users')
  @Requires('admin.users')
  list(): string {
    return 'users';
  }
}

@Controller('auth')
class AuthController {
  @Post('login')
  @Public('nobody is logged in yet')
  login(): string {
    return 'logged in';
  }
}

const publicly = { kind: 'public', why: 'as open as a table can be' } as const;
const reached: string[] = [];
let upstream: TestServer;
let app: EdgeApp;

beforeAll(async () => {
  upstream = await startServer((request, response) => {
    reached.push(request.url ?? '');
    response.end('upstream');
  });
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
  app = await startEdgeApp({
    controllers: [AdminController, AuthController],
    identities: new Map([['key', { userId: 'u', tenantId: 't', permissions: ['admin.users'] }]]),
    upstreams: { up: { url: upstream.url, timeoutMs: 2000 } },
    routes: [{ methods, path: '/**', upstream: 'up', demand: publicly }],
  });
});
afterAll(async () => {
  await app.close();
  await upstream.close();
});
beforeEach(() => void reached.splice(0));

const send = (line: string, headers = '') =>
  sendRaw(
    app.port,
    `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n${headers}\r\n`,
  );

describe('beside a route for everything', () => {
  it('Gatehouse answers its own paths itself', async () => {
    expect(await send('GET /admin/users', 'X-API-Key: key\r\n')).toMatch(/^HTTP\/1\.1 200 [^]*users$/);
    expect(await send('GET /api/v1/admin/users', 'X-API-Key: key\r\n')).toMatch(/^HTTP\/1\.1 200 [^]*users$/);
    expect(await send('POST /auth/login')).toMatch(/^HTTP\/1\.1 201 [^]*logged in$/);
    expect(reached).toEqual([]);
  });

  it('the upstream answers what is not', async () => {
    expect(await send('GET /anything')).toMatch(/^HTTP\/1\.1 200 [^]*upstream$/);
    expect(reached).toEqual(['/anything']);
  });

  it.each([
    ['GET /%61dmin/users', 401],
    ['GET /%61%64%6D%69%6E/%75sers', 401],
    ['GET /admin/users?x', 401],
    ['HEAD /admin/users', 401],
    ['GET /admin/users#x', 400],
    ['GET /admin/users/', 404],
    ['GET /admin/', 404],
    ['GET /admin', 404],
    ['POST /admin/users', 404],
    ['DELETE /admin/users', 404],
    ['OPTIONS /admin/users', 404],
    ['TRACE /admin/users', 404],
    ['PROPFIND /admin/users', 404],
    ['GET /ADMIN/users', 404],
    ['GET /Admin/users', 404],
    ['GET /admin/USERS', 404],
    ['GET /api/v1/ADMIN/users', 404],
    ['GET /API/V1/admin/users', 404],
    ['GET /%41DMIN/users', 404],
    ['GET /auth/login', 404],
    ['GET /auth', 404],
    ['GET /oauth/token', 404],
    ['GET /metrics', 404],
    ['GET /health/start', 404],
    ['GET /console/index.html', 404],
    ['GET /.well-known/jwks.json', 404],
    ['GET /openapi.json', 404],
    ['GET /api/v1/openapi.json', 404],
    ['GET //admin/users', 400],
    ['GET /admin//users', 400],
    ['GET /x/../admin/users', 400],
    ['GET /./admin/users', 400],
    ['GET /x/%2e%2e/admin/users', 400],
    ['GET /admin%2fusers', 400],
    ['GET /admin%2Fusers', 400],
    ['GET /admin%5cusers', 400],
    ['GET /admin\\users', 400],
    ['GET \\admin\\users', 400],
    ['GET /admin;x=1/users', 400],
    ['GET /admin/users;x=1', 400],
    ['GET /admin/users%00', 400],
    ['GET /admin/users%', 400],
    ['GET /%2561dmin/users', 400],
    ['GET /%zz/admin', 400],
    ['GET /%FF/admin', 400],
    ['GET http://x/admin/users', 400],
    ['POST http://x/auth/login', 400],
    ['GET *', 400],
    ['OPTIONS *', 400],
    ['CONNECT /admin/users', 0],
  ])('%s is never the upstream’s: %s', async (line, status) => {
    const answer = await send(line);
    expect(reached).toEqual([]);
    expect(answer === '' ? 0 : Number(answer.slice(9, 12))).toBe(status);
  });
});
