import { Denial } from './denial.js';
import { problemResponse } from './problem-document.js';
import { Problem } from './problem.js';

const written = (problem: Problem) => {
  const response = problemResponse(problem, 'correlation-1', 'https://gate.example');
  return { ...response, document: JSON.parse(response.body) as Record<string, unknown> };
};

describe('a problem', () => {
  it('is written as RFC 9457 asks, with a type that leads to its page of the docs', () => {
    const { status, headers, document } = written(Denial.rateLimited(7, 'more than 100 requests'));
    expect(document).toEqual({
      type: 'https://gate.example/docs/errors/RATE_LIMITED',
      title: 'Rate limited',
      status: 429,
      code: 'RATE_LIMITED',
      detail: 'Too many requests. Try again later.',
      correlation_id: 'correlation-1',
    });
    expect(status).toBe(429);
    expect(headers).toEqual({
      'retry-after': '7',
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    });
  });

  it('names what is wrong with which member, when there is something to name', () => {
    const errors = [{ field: 'email', message: 'is required' }];
    expect(written(Problem.invalid(errors)).document).toMatchObject({ detail: 'email: is required', errors });
    expect(written(Problem.invalid([])).document).not.toHaveProperty('errors');
  });

  it.each([
    Denial.rejected('key 7 of tenant 8 is revoked'),
    Denial.unavailable('key 7 of tenant 8 is revoked'),
    Denial.tenantForbidden('key 7 of tenant 8 is revoked'),
    Denial.noRoute('key 7 of tenant 8 is revoked'),
    Denial.rateLimited(1, 'key 7 of tenant 8 is revoked'),
    Denial.refused('SOME_CODE', 'Public.', 'key 7 of tenant 8 is revoked'),
  ])('keeps its private reason to itself: $code', (denial) => {
    expect(denial.message).toContain('is revoked');
    expect(JSON.stringify(written(denial))).not.toContain('revoked');
  });
});

describe('a refusal of who one is', () => {
  it('asks for a credential without an error code when none was sent (RFC 6750 §3.1)', () => {
    expect(written(Denial.unauthenticated()).headers['www-authenticate']).toBe('Bearer realm="gatehouse"');
  });

  it('says invalid_token when one was sent, and the same sentence for every reason', () => {
    const { headers, body } = written(Denial.rejected('unknown key'));
    expect(headers['www-authenticate']).toBe('Bearer realm="gatehouse", error="invalid_token"');
    expect(written(Denial.rejected('owner disabled')).body).toBe(body);
  });

  it('names the scope that would be enough, when a permission is missing', () => {
    expect(written(Denial.lacksPermission('admin.keys'))).toMatchObject({
      status: 403,
      headers: {
        'www-authenticate': 'Bearer realm="gatehouse", error="insufficient_scope", scope="admin.keys"',
      },
    });
  });

  it('says when to come back, if nobody could be asked, and never "at once"', () => {
    expect(written(Denial.unavailable('database is unavailable'))).toMatchObject({
      status: 503,
      headers: { 'retry-after': '2' },
    });
    expect(written(Denial.rateLimited(0, 'x')).headers['retry-after']).toBe('1');
  });
});
