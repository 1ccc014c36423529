import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { Secret } from './secret.js';

const value = 'correct horse battery staple';
const secret = new Secret(value);

/** Every way in which a value ends up as text by accident. */
const waysToPrint: readonly (readonly [string, (one: Secret) => string])[] = [
  ['String()', (one) => String(one)],
  // eslint-disable-next-line @typescript-eslint/restrict-template-expressions -- the accident itself
  ['a template', (one) => `${one}`],

  ['concatenation', (one) => 'key ' + (one as unknown as string)],
  ['join', (one) => [one, one].join()],
  ['toLocaleString', (one) => one.toLocaleString()],
  ['JSON', (one) => JSON.stringify(one)],
  ['JSON of an object that holds it', (one) => JSON.stringify({ key: one, keys: [one] })],
  ['the inspector', (one) => inspect(one)],
  ['the inspector, everything shown', (one) => inspect(one, { showHidden: true, depth: Infinity })],
  [
    'the inspector without its custom form',
    (one) => inspect(one, { customInspect: false, showHidden: true }),
  ],
  [
    'the inspector of an object that holds it',
    (one) => inspect({ deep: { deeper: { key: one } } }, { depth: null }),
  ],
  ['the inspector of a map', (one) => inspect(new Map([[one, one]]), { showHidden: true })],
  ['the console’s %s', (one) => format('key %s', one)],
  ['the console’s %o', (one) => format('key %o', one)],
  ['the console’s %O', (one) => format('key %O', one)],
  ['the console’s %j', (one) => format('key %j', one)],
  ['the console without a format', (one) => format(one, [one])],
  ['an error’s message', (one) => String(new Error(one as unknown as string).stack)],
  ['an error’s cause', (one) => inspect(new Error('failed', { cause: one }))],
  ['an error’s property', (one) => inspect(Object.assign(new Error('failed'), { key: one }))],
  [
    'its members',
    (one) => JSON.stringify([Object.entries(one), Object.getOwnPropertyNames(one), Object.assign({}, one)]),
  ],
  ['a clone', (one) => JSON.stringify(structuredClone(one))],
  ['serialisation', (one) => serialize(one).toString('latin1')],
];

describe('a secret', () => {
  it.each(waysToPrint)('is not printed by %s', (_, print) => {
    expect(print(secret)).not.toContain(value);
  });

  it('shows that it is one', () => {
    expect(String(secret)).toBe('[secret]');
    expect(JSON.stringify({ key: secret })).toBe('{"key":"[secret]"}');
    expect(inspect([secret])).toBe('[ [secret] ]');
  });

  it('is not printed, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 12 }), (text) => {
        for (const [, print] of waysToPrint) expect(print(new Secret(text))).not.toContain(text);
      }),
    );
  });

  it('is given only to whoever asks for it by name', () => {
    expect(secret.reveal()).toBe(value);
  });

  it('is compared by what it is, whatever the lengths', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(new Secret(one).equals(new Secret(other))).toBe(one === other);
        expect(new Secret(one).equals(new Secret(one))).toBe(true);
        expect(new Secret(one).equals(new Secret(`${one}x`))).toBe(false);
      }),
    );
  });

  it('is stored as the SHA-256 of its UTF-8', () => {
    expect(new Secret('abc').digest().toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(new Secret('é').digest()).not.toEqual(new Secret('e').digest());
  });
});
