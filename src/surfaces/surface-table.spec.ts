import fc from 'fast-check';
import type { Surface } from '../kernel/surface.js';
import { cloudheed } from './cloudheed.js';
import { cloudsync } from './cloudsync.js';
import { redcloud } from './redcloud.js';
import { SurfaceTable } from './surface-table.js';

const at = (prefix: string, dialect = redcloud, host?: string): Surface => ({
  host,
  prefix,
  dialect,
  terms: {},
});
const root = at('/');
const table = new SurfaceTable([
  root,
  at('/api/v1'),
  at('/v1', cloudheed),
  at('/v1/inner', cloudsync),
  at('/v1', cloudsync, 'api.cloudsync.io'),
]);

const found = (host: string | undefined, path: string) => {
  const { surface, path: canonical } = table.addressed(host, path);
  return `${surface.dialect.name} ${surface.prefix} ${canonical ?? 'nowhere'}`;
};

describe('the surface of a request', () => {
  it.each([
    [undefined, '/', 'redcloud / /'],
    [undefined, '/auth/me', 'redcloud / /auth/me'],
    [undefined, '/api/v1/auth/me', 'redcloud /api/v1 /auth/me'],
    [undefined, '/api/v1', 'redcloud / /api/v1'],
    [undefined, '/api/v1/', 'redcloud /api/v1 /'],
    [undefined, '/api/v10/x', 'redcloud / /api/v10/x'],
    [undefined, '/v1/me', 'cloudheed /v1 /me'],
    [undefined, '/v1/inner/x', 'cloudsync /v1/inner /x'],
    ['other.example', '/v1/me', 'cloudheed /v1 /me'],
    ['api.cloudsync.io', '/v1/me', 'cloudsync /v1 /auth/me'],
    ['api.cloudsync.io', '/v1/me/', 'cloudsync /v1 /me/'],
    ['api.cloudsync.io', '/v1/inner/x', 'cloudsync /v1 /inner/x'],
    ['api.cloudsync.io', '/auth/me', 'redcloud / /auth/me'],
    ['api.cloudsync.io', '/me', 'redcloud / /me'],
  ])('at %s%s is that of its host first, then of the longest prefix', (host, path, expected) => {
    expect(found(host, path)).toBe(expected);
  });

  it.each(['/v1/v1/x', '/v1/api/v1/x', '/api/v1/v1/x', '/V1/x', '/API/V1/x', '/v1/API/v1/x', '/v1/V1/x'])(
    'at %s is no way in: one prefix is enough, and it is spelt in one way',
    (path) => {
      expect(table.addressed(undefined, path).path).toBeUndefined();
    },
  );

  it('takes nothing from a path but the prefix, and never leaves one behind', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9._~-]{1,6}$/);
    const any = fc
      .array(fc.oneof(part, fc.constantFrom('v1', 'api', 'V1', 'inner', 'admin')), { maxLength: 6 })
      .map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(any, (path) => {
        const { surface, path: canonical } = table.addressed(undefined, path);
        if (canonical === undefined) return;
        expect(surface.prefix === '/' ? canonical : surface.prefix + canonical).toBe(path);
        for (const prefix of ['/api/v1/', '/v1/'])
          expect(canonical.toLowerCase().startsWith(prefix)).toBe(false);
      }),
    );
  });
});

describe('a table of surfaces', () => {
  it('has one surface at each place', () => {
    expect(() => new SurfaceTable([root, at('/v1'), at('/v1', cloudheed)])).toThrow(
      'surfaces: two are at /v1 of any host',
    );
    expect(() => new SurfaceTable([root, at('/v1', redcloud, 'a'), at('/v1', redcloud, 'a')])).toThrow(
      'surfaces: two are at /v1 of a',
    );
    expect(() => new SurfaceTable([root, at('/v1', redcloud, 'a'), at('/v1', redcloud, 'b')])).not.toThrow();
  });

  it('has one for everything that is beneath no other', () => {
    expect(() => new SurfaceTable([at('/v1')])).toThrow('surfaces: none is at / of any host');
    expect(() => new SurfaceTable([at('/', redcloud, 'a')])).toThrow('surfaces: none is at / of any host');
  });
});
