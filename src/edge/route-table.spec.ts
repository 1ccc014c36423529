import fc from 'fast-check';
import { canonicalTarget } from '../kernel/canonical-path.js';
import { readHead } from '../kernel/request-head.js';
import { ownRoots } from '../kernel/own-paths.js';
import { matchedRoute, RouteTable, type RouteConfig } from './route-table.js';

const route = (methods: string, path: string): RouteConfig => ({
  methods: methods.split(','),
  path,
  upstream: 'scanner',
  demand: { kind: 'public', why: 'a test' },
});
const table = (...lines: string[]): RouteTable =>
  new RouteTable(lines.map((line) => route(line.split(' ')[0] ?? '', line.split(' ')[1] ?? '')));
const segment = fc.stringMatching(/^[A-Za-z0-9._~-]{1,8}$/).filter((text) => text !== '.' && text !== '..');
const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => `/${segments.join('/')}`);

describe('a pattern', () => {
  it.each([
    ['/scans', '/scans', true],
    ['/scans', '/scans/', false],
    ['/scans', '/scans/1', false],
    ['/scans', '/Scans', false],
    ['/scans', '/scan', false],
    ['/scans', '/scansx', false],
    ['/scans', '/x/scans', false],
    ['/scans/', '/scans/', true],
    ['/scans/', '/scans', false],
    ['/', '/', true],
    ['/', '/x', false],
    ['/scans/*', '/scans/1', true],
    ['/scans/*', '/scans', false],
    ['/scans/*', '/scans/', false],
    ['/scans/*', '/scans/1/2', false],
    ['/scans/{id}', '/scans/1', true],
    ['/scans/{id}/log', '/scans/1/log', true],
    ['/scans/{id}/log', '/scans//log', false],
    ['/scans/**', '/scans', true],
    ['/scans/**', '/scans/', true],
    ['/scans/**', '/scans/1/2/3', true],
    ['/scans/**', '/scansx', false],
    ['/**', '/', true],
    ['/**', '/anything/at/all', true],
    ['/a%20b', '/a%20b', true],
    ['/a.b', '/axb', false],
  ])('%s answers %s: %s', (pattern, target, answers) => {
    expect(table(`GET ${pattern}`).match('GET', target).kind).toBe(answers ? 'one' : 'none');
  });

  it('names its segments as they stand in the path', () => {
    expect(table('GET /a/{first}/{second}').match('GET', '/a/x%2Cy/z')).toMatchObject({
      params: { first: 'x%2Cy', second: 'z' },
    });
  });

  it('of literals answers itself and no other path', () => {
    fc.assert(
      fc.property(path, path, (pattern, other) => {
        fc.pre(table('GET /free').match('GET', pattern).kind === 'none' && !isReserved(pattern));
        expect(table(`GET ${pattern}`).match('GET', pattern).kind).toBe('one');
        expect(table(`GET ${pattern}`).match('GET', other).kind).toBe(other === pattern ? 'one' : 'none');
      }),
    );
  });

  it('never looks into a segment: what it answers has as many segments as it has itself', () => {
    fc.assert(
      fc.property(fc.webPath(), (target) => {
        const read = canonicalTarget(target === '' ? '/' : target);
        fc.pre(!('fault' in read));
        if ('fault' in read) return;
        const match = table('GET /{a}/{b}').match('GET', read.path);
        if (match.kind === 'one') expect(`/${match.params.a ?? ''}/${match.params.b ?? ''}`).toBe(read.path);
      }),
    );
  });
});

describe('a request', () => {
  it('that no route answers to matches none, and a known path with another method too', () => {
    expect(table('GET /scans').match('GET', '/other').kind).toBe('none');
    expect(table('GET /scans').match('POST', '/scans').kind).toBe('none');
    expect(table('GET /scans').match('BREW', '/scans').kind).toBe('none');
    expect(table('GET /scans').match('get', '/scans').kind).toBe('none');
    expect(table('GET /scans').match('GET', '').kind).toBe('none');
  });

  it('that two routes answer to is nobody’s, and the private reason names both (G6)', () => {
    const both = table('GET /scans/*', 'GET,POST /scans/export');
    expect(both.match('GET', '/scans/export')).toMatchObject({ kind: 'many', routes: [{}, {}] });
    expect(both.match('POST', '/scans/export').kind).toBe('one');
    const raw = { method: 'GET', target: '/scans/export', rawHeaders: [], sourceAddress: '::1' };
    const denial = matchedRoute(
      both,
      readHead(raw, () => 'correlation'),
    );
    expect(denial).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
      detail: 'There is nothing at this address.',
      reason: 'more than one route answers to it: GET /scans/* and GET,POST /scans/export',
    });
  });

  it('with an escaped character is judged like the same one unescaped', () => {
    const both = table('GET /a:b', 'GET /{any}');
    expect(both.match('GET', '/a:b').kind).toBe('many');
    expect(both.match('GET', '/a%3Ab').kind).toBe('many');
    const alone = table('GET /a:b');
    expect(alone.match('GET', '/a%3Ab')).toMatchObject({ kind: 'one' });
    expect(() => table('GET /a:b', 'GET /a%3Ab')).toThrow('both answer');
  });

  it('with HEAD is answered by the route for GET', () => {
    expect(table('GET /scans').match('HEAD', '/scans').kind).toBe('one');
    expect(table('POST /scans').match('HEAD', '/scans').kind).toBe('none');
  });
});

describe('Gatehouse’s own paths', () => {
  const greedy = table('GET /**');
  const shadows = ['', '/', '/users', '/x/y'];
  const spellings = ownRoots.flatMap((root) => [
    `/${root}`,
    `/${root.toUpperCase()}`,
    `/api/v1/${root}`,
    `/API/v1/${root}`,
  ]);

  it.each(spellings)('%s is never a route’s, whatever the pattern', (root) => {
    for (const shadow of shadows) {
      expect(greedy.match('GET', `${root}${shadow}`).kind).toBe('none');
      expect(table('GET /*/users', 'GET /*/*/*/users').match('GET', `${root}/users`).kind).toBe('none');
    }
  });

  it.each([...spellings, '/admin/{id}', '/api/v1/admin/**'])('%s can’t be a pattern', (pattern) => {
    expect(() => table(`GET ${pattern}`)).toThrow("lies within Gatehouse's own paths");
  });

  it('are told by the whole segment', () => {
    expect(table('GET /administrators').match('GET', '/administrators').kind).toBe('one');
  });
});

describe('a table that can’t be meant as it stands is refused', () => {
  it.each([
    ['scans', 'is not a path: not origin form'],
    ['/scans/**/log', 'has ** before its end'],
    ['/scans*', 'has "scans*"'],
    ['/scans/*.json', 'has "*.json"'],
    ['/scans/***', 'has "***"'],
    ['/scans/{}', 'has "{}"'],
    ['/scans/{id', 'has "{id"'],
    ['/scans/x{id}', 'has "x{id}"'],
    ['/{id}/{id}', 'names {id} twice'],
    ['/scans//x', 'is not a path: empty segment'],
    ['/scans/../x', 'is not a path: dot segment'],
    ['/scans/%2e%2e/x', 'is not a path: dot segment'],
    ['/scans%2fx', 'is not a path: encoded separator'],
    ['/sc%61ns', 'is not canonical; write /scans'],
    ['/a%2cb', 'is not canonical; write /a%2Cb'],
    ['/scans;v=1', 'is not a path: path parameter'],
    ['/scans?x=1', 'has a query'],
    ['/scans?', 'has a query'],
    ['/scäns', 'is not a path: raw character'],
  ])('pattern %s %s', (pattern, message) => {
    expect(() => new RouteTable([route('GET', pattern)])).toThrow(`route GET ${pattern} ${message}`);
  });

  it.each([
    ['get', 'lists get, which is not one of'],
    ['CONNECT', 'lists CONNECT, which is not one of'],
    ['TRACE', 'lists TRACE, which is not one of'],
    ['GET,GET', 'lists GET twice'],
  ])('methods %s', (methods, message) => {
    expect(() => table(`${methods} /scans`)).toThrow(`route ${methods} /scans ${message}`);
  });

  it('without methods', () => {
    expect(() => new RouteTable([{ ...route('GET', '/scans'), methods: [] }])).toThrow('lists no method');
  });

  it.each([
    ['GET /scans', 'GET,POST /scans', 'GET /scans'],
    ['GET /scans/{id}', 'GET /scans/*', 'GET /scans/*'],
    ['GET /scans/{id}', 'GET /scans/{name}', 'GET /scans/*'],
    ['GET /scans', 'HEAD /scans', 'HEAD /scans'],
  ])('with %s beside %s', (one, other, shared) => {
    expect(() => table(one, other)).toThrow(`routes ${one} and ${other} both answer ${shared}`);
  });
});

function isReserved(target: string): boolean {
  const [first = '', second, third = ''] = target.toLowerCase().split('/').slice(1);
  const roots: readonly string[] = ownRoots;
  return (
    roots.includes(first) ||
    (first === 'api' && second === 'v1' && (third === 'api' || roots.includes(third)))
  );
}
