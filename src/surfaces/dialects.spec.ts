import fc from 'fast-check';
import { Denial } from '../kernel/denial.js';
import { Problem } from '../kernel/problem.js';
import type { Dialect } from '../kernel/surface.js';
import { cloudheed } from './cloudheed.js';
import { cloudsync } from './cloudsync.js';
import { camelCase, snakeCase } from './members.js';
import { redcloud } from './redcloud.js';
import { switchboard } from './switchboard.js';

const switched = switchboard({ permissions: ['deploy', 'read'], now: () => 1_000_000 });
const dialects: Dialect[] = [redcloud, cloudheed, cloudsync, switched];
const asked = { correlationId: 'correlation-1', path: '/scans', control: {} };

describe.each(dialects.map((dialect) => [dialect.name, dialect] as const))('%s', (_name, dialect) => {
  it('writes the public side of a refusal, and nothing of its private one', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{12,20}$/), (reason) => {
        for (const problem of [
          Denial.rejected(reason),
          Denial.unavailable(reason),
          Denial.tenantForbidden(reason),
          new Problem({ status: 500, code: 'X', detail: 'Public.', reason }),
        ]) {
          const { status, headers, body } = dialect.writeProblem(problem, asked, 'https://gate.example');
          expect(status).toBe(problem.status);
          expect(headers).toMatchObject({ ...problem.headers, 'cache-control': 'no-store' });
          expect(body + JSON.stringify(headers)).not.toContain(reason);
          expect(JSON.parse(body)).toEqual(expect.any(Object));
        }
      }),
    );
  });

  it('keeps the status of what it has no words of its own for', () => {
    for (const status of [200, 201, 202])
      expect(dialect.writeResult('POST /something', { status, body: { a: 1 } }).status).toBe(status);
  });

  it('takes an answer for what it is, whatever it is', () => {
    const operations = [
      'POST /auth/register',
      'POST /auth/login',
      'POST /auth/refresh',
      'GET /auth/me',
      'POST /auth/api-keys',
      'GET /auth/api-keys',
      'DELETE /auth/api-keys/:id',
      'POST /auth/2fa/setup',
      'POST /auth/2fa/verify',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...operations), fc.jsonValue(), (operation, body) => {
        expect(() => dialect.writeResult(operation, { status: 200, body })).not.toThrow();
        expect(() => dialect.writeResult(operation, { status: 200, body: undefined })).not.toThrow();
      }),
    );
  });

  it('leads to no other path but its own aliases', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(\/[a-z0-9.-]{1,8}){1,4}$/), (path) => {
        const canonical = dialect.canonicalPath(path);
        expect([path, `/auth${path}`]).toContain(canonical);
        if (canonical !== path) expect(path).toMatch(/^\/(me|api-keys(\/.*)?)$/);
      }),
    );
  });
});

describe('Switchboard’s names', () => {
  it('are the canonical ones and back again', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9]{0,6}(_[a-z][a-z0-9]{0,6}){0,3}$/), (name) => {
        expect(snakeCase(camelCase(name))).toBe(name);
      }),
    );
  });

  it('have one spelling in a body, however deep', () => {
    for (const body of [{ new_name: 1 }, { a: { b_c: 1 } }, { a: [{ b_c: 1 }] }]) {
      expect(() => switched.readBody('POST /x', body)).toThrow(Problem);
    }
    expect(switched.readBody('POST /x', { newName: { aB: [{ cD: 1 }] } })).toEqual({
      new_name: { a_b: [{ c_d: 1 }] },
    });
  });

  it('of permissions are scopes only where keys are made', () => {
    const body = { permissions: ['admin'] };
    expect(switched.readBody('POST /auth/api-keys', body)).toEqual({ scopes: ['deploy', 'read'] });
    expect(switched.readBody('POST /admin/roles', body)).toEqual(body);
  });

  it.each([undefined, null, 'text', 7, [], [{ a: 1 }]])('may be missing: %p is read as it is', (body) => {
    expect(switched.readBody('POST /auth/api-keys', body)).toEqual(body);
  });

  it('wrap a collection once', () => {
    const collection = { data: [{ created_at: 'x' }], next_cursor: 'more' };
    expect(switched.writeResult('GET /admin/users', { status: 200, body: collection }).body).toEqual({
      success: true,
      data: [{ createdAt: 'x' }],
      nextCursor: 'more',
    });
  });

  it('answer in an envelope even where there is nothing to say', () => {
    expect(switched.writeResult('POST /auth/logout', { status: 204, body: undefined })).toEqual({
      status: 200,
      body: { success: true, data: null },
    });
  });
});

describe('lists of keys that can’t say which are revoked', () => {
  const body = {
    data: [
      { id: 'good', revoked_at: null },
      { id: 'gone', revoked_at: '2030-01-01T00:00:00Z' },
      { id: 'odd' },
    ],
    next_cursor: null,
  };

  it('don’t show them', () => {
    const list = { status: 200, body };
    expect(cloudheed.writeResult('GET /auth/api-keys', list).body).toEqual({ api_keys: [{ id: 'good' }] });
    expect(switched.writeResult('GET /auth/api-keys', list).body).toEqual({
      success: true,
      data: [{ id: 'good' }],
    });
  });
});

describe('Cloudheed’s plan', () => {
  const planOf = (features: unknown) => {
    const { body } = cloudheed.writeResult('GET /auth/me', {
      status: 200,
      body: { tenant: { name: 'Acme', features } },
    });
    return (body as { plan: unknown }).plan;
  };

  it('is what the tenant has a licence for, and null where it has none', () => {
    expect(planOf(['advanced-scans', 'plan.pro'])).toBe('pro');
    expect(planOf(['advanced-scans', 'plan.'])).toBeNull();
    expect(planOf([])).toBeNull();
    expect(planOf(undefined)).toBeNull();
  });
});
