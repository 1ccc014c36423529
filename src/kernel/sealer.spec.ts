import fc from 'fast-check';
import { deriveKey, Sealer } from './sealer.js';
import { Secret } from './secret.js';

const secret = new Secret('the secret of this installation, long enough');
const sealer = new Sealer(secret);
const text = Buffer.from('a private key');
const box = sealer.seal(text, 'signing-key|1');

describe('a sealed value', () => {
  it('opens under the context it was sealed for, also after a restart', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (plaintext, context) => {
        const sealed = sealer.seal(Buffer.from(plaintext), context);
        expect(new Sealer(secret).open(sealed, context)).toEqual(Buffer.from(plaintext));
      }),
    );
  });

  it('opens under no other context: a box moved to another row is worthless', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (context, other) => {
        fc.pre(context !== other);
        expect(() => sealer.open(sealer.seal(text, context), other)).toThrow('does not open');
      }),
    );
  });

  it('opens with no other secret', () => {
    const other = new Sealer(new Secret('the secret of another installation, also long'));
    expect(() => other.open(box, 'signing-key|1')).toThrow('was GATEHOUSE_SECRET changed?');
  });

  it('does not open once any bit of it was changed', () => {
    for (let at = 0; at < box.length * 8; at += 1) {
      const changed = Buffer.from(box);
      changed.writeUInt8(changed.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
      expect(() => sealer.open(changed, 'signing-key|1')).toThrow(Error);
    }
  });

  it.each([
    ['a long one', text],
    ['an empty one, of which nothing but the tag is left', Buffer.alloc(0)],
  ])('does not open once it was cut off anywhere: %s', (_, plaintext) => {
    const whole = sealer.seal(plaintext, 'signing-key|1');
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => sealer.open(whole.subarray(0, length), 'signing-key|1')).toThrow(Error);
    }
  });

  it('does not open with something appended', () => {
    expect(() => sealer.open(Buffer.concat([box, Buffer.alloc(1)]), 'signing-key|1')).toThrow(
      'does not open',
    );
  });

  it('never looks the same twice, and says nothing of what is in it but its length', () => {
    expect(sealer.seal(text, 'signing-key|1')).not.toEqual(box);
    expect(box.includes(text)).toBe(false);
    expect(box.length).toBe(text.length + 1 + 12 + 16);
  });

  it('of a later version is refused before anything is tried', () => {
    expect(() => sealer.open(Buffer.concat([Buffer.from([2]), box.subarray(1)]), 'signing-key|1')).toThrow(
      'unknown version',
    );
  });
});

describe('a derived key', () => {
  it('is the same for one secret and purpose, and another for any other', () => {
    expect(deriveKey(secret, 'a')).toEqual(deriveKey(secret, 'a'));
    expect(deriveKey(secret, 'a')).not.toEqual(deriveKey(secret, 'b'));
    expect(deriveKey(secret, 'a')).not.toEqual(deriveKey(new Secret('another'), 'a'));
    expect(deriveKey(secret, 'a')).toHaveLength(32);
  });
});
