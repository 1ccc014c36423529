import fc from 'fast-check';
import { canonicalTarget, type PathFault } from './canonical-path.js';

/** Sent, and what it means; a word without a slash is the fault. */
const spellings: readonly (readonly [target: string, meaning: string])[] = [
  // One path, however it is spelt.
  ['/', '/'],
  ['/scans', '/scans'],
  ['/scans/', '/scans/'],
  ['/scans/1/report', '/scans/1/report'],
  ['/%73cans', '/scans'],
  ['/%73%63%61%6e%73', '/scans'],
  ['/%73%63%61%6E%73', '/scans'],
  ['/SCANS', '/SCANS'],
  ['/%53cans', '/Scans'],
  ['/a%2Db', '/a-b'],
  ['/a%2eb', '/a.b'],
  ['/a%5Fb', '/a_b'],
  ['/a%7eb', '/a~b'],
  ['/a%20b', '/a%20b'],
  ['/a%2bb', '/a%2Bb'],
  ['/a+b', '/a+b'],
  ['/a%3fb', '/a%3Fb'],
  ['/a%23b', '/a%23b'],
  ['/a%40b', '/a%40b'],
  ['/a@b', '/a@b'],
  ['/databases:read', '/databases:read'],
  ["/a!$&'()*,=b", "/a!$&'()*,=b"],
  ['/%c3%a9', '/%C3%A9'],
  ['/%e2%82%ac', '/%E2%82%AC'],
  ['/%f0%9f%94%91', '/%F0%9F%94%91'],
  ['/...', '/...'],
  ['/.hidden', '/.hidden'],
  ['/a..b', '/a..b'],
  ['/..a', '/..a'],
  ['/a..', '/a..'],
  ['/-', '/-'],

  // Not a path of this server.
  ['', 'not-origin-form'],
  ['*', 'not-origin-form'],
  ['scans', 'not-origin-form'],
  ['?a=b', 'not-origin-form'],
  ['http://upstream/scans', 'not-origin-form'],
  ['HTTPS://upstream', 'not-origin-form'],
  ['upstream:443', 'not-origin-form'],
  ['\\scans', 'not-origin-form'],

  // Up and down the tree, in every disguise.
  ['/.', 'dot-segment'],
  ['/..', 'dot-segment'],
  ['/./scans', 'dot-segment'],
  ['/scans/.', 'dot-segment'],
  ['/scans/..', 'dot-segment'],
  ['/public/../scans', 'dot-segment'],
  ['/public/../../scans', 'dot-segment'],
  ['/public/%2e%2e/scans', 'dot-segment'],
  ['/public/%2E%2E/scans', 'dot-segment'],
  ['/public/.%2e/scans', 'dot-segment'],
  ['/public/%2e./scans', 'dot-segment'],
  ['/public/%2e/scans', 'dot-segment'],
  ['/public/%252e%252e/scans', 'double-encoding'],
  ['/public/%c0%ae%c0%ae/scans', 'malformed-encoding'],
  ['/public/%e0%80%ae/scans', 'malformed-encoding'],
  ['/public/%u002e/scans', 'malformed-escape'],

  // A slash that only some see.
  ['//', 'empty-segment'],
  ['//scans', 'empty-segment'],
  ['/scans//1', 'empty-segment'],
  ['/scans//', 'empty-segment'],
  ['//upstream/scans', 'empty-segment'],
  ['/public%2fscans', 'encoded-separator'],
  ['/public%2Fscans', 'encoded-separator'],
  ['/public/..%2fscans', 'encoded-separator'],
  ['/public\\scans', 'encoded-separator'],
  ['/public%5cscans', 'encoded-separator'],
  ['/public%5C..%5Cscans', 'encoded-separator'],
  ['/public%252fscans', 'double-encoding'],
  ['/public%c0%afscans', 'malformed-encoding'],

  // Parameters that some servers cut off before they look.
  ['/scans;', 'path-parameter'],
  ['/scans;jsessionid=1', 'path-parameter'],
  ['/public/..;/scans', 'path-parameter'],
  ['/scans%3b', 'path-parameter'],
  ['/scans%3B/1', 'path-parameter'],

  // Escapes that are none, or name what can't be shown.
  ['/%', 'malformed-escape'],
  ['/%2', 'malformed-escape'],
  ['/%zz', 'malformed-escape'],
  ['/% 20', 'malformed-escape'],
  ['/%-1', 'malformed-escape'],
  ['/%25', 'double-encoding'],
  ['/%2525', 'double-encoding'],
  ['/a%00', 'encoded-control'],
  ['/a%00.png', 'encoded-control'],
  ['/a%0d%0aX-API-Key:%20b', 'encoded-control'],
  ['/a%09', 'encoded-control'],
  ['/a%1f', 'encoded-control'],
  ['/a%7f', 'encoded-control'],
  ['/%ff', 'malformed-encoding'],
  ['/%c3', 'malformed-encoding'],
  ['/%ed%a0%80', 'malformed-encoding'],

  // Raw characters that have no place in a request line.
  ['/a b', 'raw-character'],
  ['/a"b', 'raw-character'],
  ['/<a>', 'raw-character'],
  ['/{a}', 'raw-character'],
  ['/a|b', 'raw-character'],
  ['/a^b', 'raw-character'],
  ['/a`b', 'raw-character'],
  ['/[a]', 'raw-character'],
  ['/\u00e9', 'raw-character'],
  ['/\uff0e\uff0e/scans', 'raw-character'],
  ['/a\u0000', 'control-character'],
  ['/a\tb', 'control-character'],
  ['/a\r\nb', 'control-character'],
  ['/a\u007f', 'control-character'],
  ['/scans#', 'fragment'],
  ['/scans#/../admin', 'fragment'],
  ['/scans?a#b', 'fragment'],
  ['/scans?a=\u0000', 'control-character'],
  ['/scans?a=\r\nb', 'control-character'],
];

describe('a request target', () => {
  it.each(spellings)('%j means %s', (target, meaning) => {
    const read = canonicalTarget(target);
    expect('fault' in read ? read.fault : read.path).toBe(meaning);
  });

  it('longer than 8192 characters is refused, one of exactly that length is read', () => {
    expect(canonicalTarget('/'.padEnd(8192, 'a'))).toEqual({ path: '/'.padEnd(8192, 'a'), query: '' });
    expect(canonicalTarget('/'.padEnd(8193, 'a'))).toEqual({ fault: 'too-long' });
  });

  it('keeps its query as it came: it is data, and only the upstream reads it', () => {
    expect(canonicalTarget('/scans?')).toEqual({ path: '/scans', query: '' });
    expect(canonicalTarget('/scans?a=%2e%2e/../%2F//;b?c')).toEqual({
      path: '/scans',
      query: 'a=%2e%2e/../%2F//;b?c',
    });
  });
});

describe('whatever is sent', () => {
  it('what comes through has no dot segment, empty segment, separator, parameter or escape in disguise', () => {
    fc.assert(
      fc.property(anyTarget, (target) => {
        const read = canonicalTarget(target);
        if ('fault' in read) return;
        expect(read.path).toMatch(/^\//);
        expect(read.path).not.toMatch(/\/\/|\/\.{1,2}(\/|$)|[;\\#?]|%(2f|5c|25|3b|0.|1.|7f)/i);
        expect(read.path).not.toMatch(/%[0-9A-F]?[a-f]/);
      }),
      { numRuns: 5000 },
    );
  });

  it('what is forwarded is judged the same again: reading the result changes nothing', () => {
    fc.assert(
      fc.property(anyTarget, (target) => {
        const read = canonicalTarget(target);
        if ('fault' in read) return;
        expect(canonicalTarget(`${read.path}?${read.query}`)).toEqual(read);
      }),
      { numRuns: 5000 },
    );
  });

  it('what is forwarded means to another reader what was judged, and what was sent', () => {
    fc.assert(
      fc.property(anyTarget, (target) => {
        const read = canonicalTarget(target);
        if ('fault' in read) return;
        const sent = target.split('?')[0] ?? '';
        // The URL parser of browsers resolves dots and backslashes; here it must find nothing to resolve.
        expect(new URL(`http://upstream${read.path}`).pathname).toBe(read.path);
        expect(decodeURIComponent(read.path)).toBe(decodeURIComponent(sent));
      }),
      { numRuns: 5000 },
    );
  });

  it('one path has one form: escaping what needs no escape makes no other', () => {
    const character = fc.constantFrom(...Array.from('azAZ09-_~'));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(character, fc.boolean(), fc.boolean()), { minLength: 1 }),
        (characters) => {
          const plain = `/${characters.map(([one]) => one).join('')}`;
          const escaped = characters.map(([one, isEscaped, inUpperCase]) => {
            if (!isEscaped) return one;
            const hex = one.charCodeAt(0).toString(16);
            return `%${inUpperCase ? hex.toUpperCase() : hex}`;
          });
          expect(canonicalTarget(`/${escaped.join('')}`)).toEqual({ path: plain, query: '' });
        },
      ),
    );
  });

  it('an answer comes, never an exception', () => {
    const known: readonly PathFault[] = [...new Set(spellings.map(([, meaning]) => meaning as PathFault))];
    fc.assert(
      fc.property(fc.oneof(anyTarget, fc.string({ unit: 'binary', maxLength: 40 })), (target) => {
        const read = canonicalTarget(target);
        if ('fault' in read) expect(known).toContain(read.fault);
      }),
      { numRuns: 5000 },
    );
  });
});

/** Put together from the pieces that traversals are made of; most begin like a path. */
const anyTarget = fc
  .tuple(
    fc.constantFrom('/', '/', '/', ''),
    fc.array(
      fc.constantFrom(
        ...[
          'a',
          'scans',
          '/',
          '/',
          '.',
          '..',
          '%2e',
          '%2E',
          '%2f',
          '%5c',
          '\\',
          ';',
          '%3b',
          '%25',
          '%00',
          '%',
          '?',
        ],
        ...[
          '%61',
          '%7E',
          '%20',
          '%c3%a9',
          '%c0',
          '%ae',
          '+',
          ':',
          '@',
          '~',
          '#',
          ' ',
          '\u00e9',
          '\u0000',
          '%4',
          '1',
        ],
      ),
      { maxLength: 8 },
    ),
  )
  .map(([start, pieces]) => start + pieces.join(''));
