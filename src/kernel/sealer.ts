import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Secret } from './secret.js';

const algorithm = 'aes-256-gcm';
const version = 1;
const nonceLength = 12;
const tagLength = 16;

/** Derives a 32-byte key for one purpose from the installation's secret (HKDF-SHA-256, RFC 5869). */
export function deriveKey(secret: Secret, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret.reveal(), 'gatehouse', purpose, 32));
}

/** Encrypts what must be read back, such as signing keys. Each box opens only under the context it was sealed for. */
export class Sealer {
  readonly #key: Buffer;

  constructor(secret: Secret) {
    this.#key = deriveKey(secret, 'secrets at rest');
  }

  /**
   * @param context who and what it is for, such as `signing-key|<kid>`; authenticated, not stored
   * @returns version, nonce, tag and ciphertext
   */
  seal(plaintext: Buffer, context: string): Buffer {
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv(algorithm, this.#key, nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([Buffer.from([version]), nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws Error when the box was sealed with another secret, for another context, or has been changed */
  open(box: Buffer, context: string): Buffer {
    if (box[0] !== version) throw new Error('sealed value of an unknown version');
    const nonce = box.subarray(1, 1 + nonceLength);
    const tag = box.subarray(1 + nonceLength, 1 + nonceLength + tagLength);
    try {
      // Without a fixed length a tag cut down to 4 bytes would do, and forging one takes 2³² tries.
      const decipher = createDecipheriv(algorithm, this.#key, nonce, { authTagLength: tagLength });
      decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
      return Buffer.concat([decipher.update(box.subarray(1 + nonceLength + tagLength)), decipher.final()]);
    } catch (cause) {
      throw new Error('a sealed value does not open: was GATEHOUSE_SECRET changed?', { cause });
    }
  }
}
