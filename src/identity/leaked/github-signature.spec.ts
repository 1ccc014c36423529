import { generateKeyPairSync, sign } from 'node:crypto';
import { GithubSignatures } from './github-signature.js';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const signatures = new GithubSignatures([{ identifier: 'current', pem }]);
const body = Buffer.from('[{"source":"commit","token":"some_token","type":"some_type","url":""}]');
const signed = (bytes: Buffer, key = pair.privateKey) => sign('sha256', bytes, key).toString('base64');

describe('a report’s signature', () => {
  it('is one over the very bytes that were sent', () => {
    expect(signatures.verifies(body, { identifier: 'current', signature: signed(body) })).toBe(true);
    const spaced = Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 1));
    expect(signatures.verifies(spaced, { identifier: 'current', signature: signed(body) })).toBe(false);
    expect(signatures.verifies(Buffer.alloc(0), { identifier: 'current', signature: signed(body) })).toBe(
      false,
    );
  });

  it.each<[string, string | undefined, string | undefined]>([
    ['missing', 'current', undefined],
    ['empty', 'current', ''],
    ['by a key that is not named', undefined, signed(body)],
    ['by a key that is not configured', 'other', signed(body)],
    ['by another key under this one’s name', 'current', signed(body, other.privateKey)],
    ['two in one', 'current', `${signed(body)}, ${signed(body)}`],
    ['all zeros', 'current', Buffer.from([0x30, 6, 2, 1, 0, 2, 1, 0]).toString('base64')],
    ['garbage', 'current', 'garbage'],
    ['very long', 'current', 'A'.repeat(1_000_000)],
  ])('is not one that is %s', (_what, identifier, signature) => {
    expect(signatures.verifies(body, { identifier, signature })).toBe(false);
  });

  it('is never one while no key is configured', () => {
    expect(new GithubSignatures([]).verifies(body, { identifier: 'current', signature: signed(body) })).toBe(
      false,
    );
  });
});
