import { NewApiKey } from './api-key.schemas.js';

const key = { name: 'Deploy', scopes: ['deploy'] };

describe('the wish for a key', () => {
  it('is for a live one unless it says otherwise', () => {
    expect(NewApiKey.parse(key)).toEqual({ ...key, environment: 'live' });
  });

  it('reads both ways of saying when it expires', () => {
    expect(NewApiKey.parse({ ...key, expires_in: '12h' }).expires_in).toBe(43_200);
    const expiresAt = NewApiKey.parse({ ...key, expires_at: '2030-01-01T02:00:00+02:00' }).expires_at;
    expect(expiresAt).toEqual(new Date('2030-01-01T00:00:00Z'));
  });

  it.each([
    ['both expiries', { expires_in: '1d', expires_at: '2030-01-01T00:00:00Z' }],
    ['a lifetime of over a century', { expires_in: '36501d' }],
    ['a time that is none', { expires_at: 'tomorrow' }],
    ['no scopes', { scopes: [] }],
    ['a wildcard', { scopes: ['*'] }],
    ['no name', { name: '' }],
    ['an environment that is not there', { environment: 'staging' }],
    ['a member that is not there', { user_id: 'x' }],
  ])('is refused with %s', (_what, more) => {
    expect(NewApiKey.safeParse({ ...key, ...more }).success).toBe(false);
  });
});
