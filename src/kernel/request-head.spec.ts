import fc from 'fast-check';
import { headWith } from '../../test/harness/heads.js';
import {
  controlHeaders,
  headerValue,
  normalHeaderName,
  readHead,
  type ControlHeader,
} from './request-head.js';

const singleValued: readonly ControlHeader[] = ['authorization', 'x-api-key', 'x-master-key', 'x-tenant-id'];

describe('a control header', () => {
  it.each(controlHeaders)('%s is read under any capitals, without the white space around it', (name) => {
    for (const spelling of [name, name.toUpperCase()]) {
      const head = headWith({ [spelling]: '  value-of-it ' });
      expect(head.control).toEqual({ [name]: 'value-of-it' });
      expect(head.fault).toBeUndefined();
    }
  });

  it('keeps what is no white space in HTTP, so that it is not the value without it', () => {
    for (const character of ['\u00a0', '\u0085', '\ufeff', '\v']) {
      expect(headWith({ 'x-api-key': `key${character}` }).control['x-api-key']).toBe(`key${character}`);
    }
  });

  it.each(controlHeaders)('%s that comes twice is refused, even with the same value', (name) => {
    for (const second of [name, name.toUpperCase()]) {
      const { fault } = headWith([
        [name, 'value-of-it'],
        [second, 'value-of-it'],
      ]);
      expect(fault).toMatchObject({ status: 400, code: 'AMBIGUOUS_HEADER' });
      expect(fault?.errors).toEqual([{ field: name, message: 'came more than once' }]);
    }
  });

  it.each(singleValued)('%s with a comma is refused: a comma joins two headers into one', (name) => {
    const { fault, control } = headWith({ [name]: 'one, two' });
    expect(fault).toMatchObject({ status: 400, code: 'AMBIGUOUS_HEADER' });
    expect(control).toEqual({});
  });

  it('with prose may hold a comma', () => {
    const head = headWith({ 'X-Break-Glass-Reason': 'database down, on call' });
    expect(head.control['x-break-glass-reason']).toBe('database down, on call');
    expect(head.fault).toBeUndefined();
  });

  it.each([
    'X_API_Key',
    'X.Api.Key',
    'x_api-key',
    'X-API_KEY',
    'X Api Key',
    'X.Tenant.Id',
    'X_Tenant_ID',
    'X_Master_Key',
    'x~master~key',
    'X_Break_Glass_Reason',
    'X_Correlation_ID',
  ])('spelt %s is refused: a server behind us may read it as the one we judge', (spelling) => {
    const head = headWith({ [spelling]: 'value-of-it' });
    expect(head.fault).toMatchObject({ status: 400, code: 'AMBIGUOUS_HEADER' });
    expect(head.control).toEqual({});
  });

  it('is not mistaken for another one that only resembles it', () => {
    const head = headWith({ 'X-API-Key-2': 'a', 'XX-API-Key': 'b', XAPIKey: 'c', 'X--API-Key': 'd' });
    expect(head.fault).toBeUndefined();
    expect(head.control).toEqual({});
  });

  it('that is empty was presented all the same', () => {
    expect(headWith({ 'X-API-Key': '' }).control).toEqual({ 'x-api-key': '' });
  });

  it('is never quoted in the refusal, and neither is its value', () => {
    fc.assert(
      fc.property(fc.constantFrom(...singleValued), secretText, (name, secret) => {
        const { fault } = headWith({ [name]: `${secret},${secret}` });
        expect(`${String(fault)} ${JSON.stringify(fault)}`).not.toContain(secret);
      }),
    );
  });
});

describe('any other header', () => {
  it('is left alone, however often it comes and whatever it holds', () => {
    const head = headWith([
      ['Accept', 'a, b'],
      ['accept', 'c'],
      ['X_Custom', 'd'],
    ]);
    expect(head.fault).toBeUndefined();
    expect(head.control).toEqual({});
    expect(head.rawHeaders).toEqual(['Accept', 'a, b', 'accept', 'c', 'X_Custom', 'd']);
  });

  it('can be looked up by its name, the first one counts', () => {
    const raw = ['Host', 'a', 'USER-AGENT', 'b', 'user-agent', 'c'];
    expect(headerValue(raw, 'user-agent')).toBe('b');
    expect(headerValue(raw, 'referer')).toBeUndefined();
    expect(headerValue(['host'], 'host')).toBeUndefined();
  });
});

describe('a head without a fault', () => {
  const tokens = fc.constantFrom('-', '_', '.', '~', '!', ' ', '--');
  const respelt = fc
    .tuple(fc.constantFrom(...controlHeaders), fc.array(tokens, { minLength: 5, maxLength: 5 }))
    .map(([name, separators]) =>
      name.split('-').reduce((text, word, at) => text + (separators[at - 1] ?? '-') + word),
    );

  it('holds every header that some server could take for a control header under that very name, once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(respelt, fc.constantFrom(...controlHeaders)), fc.constant('value-1'))),
        (headers) => {
          const head = headWith(headers);
          const names = headers.map(([name]) => normalHeaderName(name)).filter((name) => isControl(name));
          if (head.fault !== undefined) return;
          expect(Object.keys(head.control).sort()).toEqual(names.sort());
          expect(headers.every(([name]) => !isControl(normalHeaderName(name)) || isControl(name))).toBe(true);
        },
      ),
    );
  });

  it('gives each header one normal name: nothing is left in it to be spelt differently', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (name) => {
        expect(normalHeaderName(name)).toMatch(/^[a-z0-9-]*$/);
        expect(normalHeaderName(normalHeaderName(name))).toBe(normalHeaderName(name));
        expect(normalHeaderName(name.toUpperCase())).toBe(normalHeaderName(name));
      }),
    );
  });
});

describe('the correlation id', () => {
  it.each(['abcdefgh', 'A1._-b2c', '0'.repeat(128), '018f4d1e-7c1a-7b2e-9b1c-000000000000'])(
    '%s is kept',
    (id) => {
      expect(headWith({ 'X-Correlation-ID': id }).correlationId).toBe(id);
    },
  );

  it.each([
    '',
    'short',
    '-starts-wrongly',
    '0'.repeat(129),
    'has space in it',
    'line\nbreak-in-it',
    'quote"in-it-too',
    '<script>alert(1)</script>',
    'one-id-here,another-id',
  ])('%j is replaced: it ends up in logs and headers', (id) => {
    const head = headWith({ 'X-Correlation-ID': id });
    expect(head.correlationId).toBe('made-up-correlation-id');
    expect(head.fault).toBeUndefined();
  });

  it('is made when none came', () => {
    expect(headWith().correlationId).toBe('made-up-correlation-id');
  });

  it('is always one that can be written anywhere', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (id) => {
        expect(headWith({ 'X-Correlation-ID': id }).correlationId).toMatch(/^[\w.-]{8,128}$/);
      }),
    );
  });
});

describe('the path', () => {
  it('that is ambiguous leaves nothing to judge or forward', () => {
    const head = headWith({}, { target: '/public/..%2fscans?x=1' });
    expect(head).toMatchObject({ path: '', query: '', fault: { status: 400, code: 'AMBIGUOUS_PATH' } });
  });

  it('is faulty whatever the headers say, and headers whatever the path says', () => {
    expect(headWith({ 'X-API-Key': 'a,b' }, { target: '//' }).fault?.code).toBe('AMBIGUOUS_PATH');
    expect(headWith({ 'X-API-Key': 'a,b' }).fault?.code).toBe('AMBIGUOUS_HEADER');
  });
});

describe('a head', () => {
  it('cannot be changed once it was read', () => {
    const head = headWith({ 'X-API-Key': 'value-of-it' });
    expect(Object.isFrozen(head) && Object.isFrozen(head.control)).toBe(true);
  });

  it('cuts the user agent off, which ends up in every record', () => {
    expect(headWith({ 'User-Agent': 'x'.repeat(5000) }).userAgent).toBe('x'.repeat(256));
    expect(headWith().userAgent).toBe('');
  });

  it('is read whatever arrives', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.array(fc.string({ unit: 'binary' })),
        (target, rawHeaders) => {
          const raw = { method: 'GET', target, rawHeaders, sourceAddress: '192.0.2.1' };
          expect(readHead(raw, () => 'made-up-correlation-id').rawHeaders).toBe(rawHeaders);
        },
      ),
    );
  });
});

const isControl = (name: string): boolean => (controlHeaders as readonly string[]).includes(name);

/** Long enough not to be part of a sentence by chance. */
const secretText = fc.stringMatching(/^[A-Za-z0-9_]{16,40}$/);
