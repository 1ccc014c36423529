import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { SignJWT, type JWK, type JWTPayload } from 'jose';

/** A signing key as it is kept. */
export interface SigningKey {
  readonly kid: string;
  /** The one algorithm this key may be used with (RFC 8725 §3.1). */
  readonly algorithm: 'ES256';
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
  /** Retired keys still verify what they signed, and sign nothing new. */
  readonly retired: boolean;
}

interface RingKey {
  readonly kid: string;
  readonly algorithm: 'ES256';
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly publicJwk: JWK;
  readonly retired: boolean;
}

/** The installation's own keys: the only ones a token is ever verified with. */
export class KeyRing {
  readonly #keys: ReadonlyMap<string, RingKey>;
  readonly #signer: RingKey;

  /** @throws Error when no key may sign */
  constructor(keys: readonly SigningKey[]) {
    this.#keys = new Map(keys.map((key) => [key.kid, open(key)]));
    const signer = [...this.#keys.values()].find((key) => !key.retired);
    if (signer === undefined) throw new Error('the key ring holds no key that may sign');
    this.#signer = signer;
  }

  /** The verification key of this id for this algorithm; undefined for any other pair. */
  verificationKey(kid: unknown, algorithm: unknown): KeyObject | undefined {
    const key = typeof kid === 'string' ? this.#keys.get(kid) : undefined;
    return key?.algorithm === algorithm ? key?.publicKey : undefined;
  }

  /** Signs claims as a JWT (RFC 7519) of an explicit type (RFC 8725 §3.11). */
  async sign(typ: string, claims: JWTPayload): Promise<string> {
    const header = { alg: this.#signer.algorithm, kid: this.#signer.kid, typ };
    return new SignJWT(claims).setProtectedHeader(header).sign(this.#signer.privateKey);
  }

  /** The public keys as a JWK set (RFC 7517). */
  jwks(): { keys: JWK[] } {
    const keys = [...this.#keys.values()];
    return { keys: keys.map((key) => ({ ...key.publicJwk, kid: key.kid, alg: key.algorithm, use: 'sig' })) };
  }
}

function open(key: SigningKey): RingKey {
  return {
    ...key,
    publicKey: createPublicKey({ key: key.publicJwk as never, format: 'jwk' }),
    privateKey: createPrivateKey({ key: key.privateJwk as never, format: 'jwk' }),
  };
}
