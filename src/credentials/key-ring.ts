import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { SignJWT, type JWK, type JWTPayload } from 'jose';

/** A signing key as it is kept, and its turn. Times are spans from now: no replica's own clock counts. */
export interface SigningKey {
  readonly kid: string;
  /** The one algorithm this key may be used with (RFC 8725 §3.1). */
  readonly algorithm: 'ES256';
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
  /** Until it signs; zero or less when its turn has come. Till then it is only known, so that others' tokens verify. */
  readonly signsInSeconds: number;
  /** Until it signs nothing new and only verifies; zero or less when that is so. Null while no other is to follow. */
  readonly retiresInSeconds: number | null;
}

interface RingKey {
  readonly kid: string;
  readonly algorithm: 'ES256';
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly publicJwk: JWK;
  /** Milliseconds of the ring's own clock. */
  readonly signsFrom: number;
  readonly retiresAt: number;
}

export interface KeyRingOptions {
  /** A clock in milliseconds that nobody sets. */
  readonly uptime?: () => number;
}

/** The installation's own keys: the only ones a token is ever verified with. */
export class KeyRing {
  readonly #uptime: () => number;
  #keys: ReadonlyMap<string, RingKey> = new Map();
  #onUnknown: () => void = () => undefined;

  /** @throws Error when no key may sign */
  constructor(keys: readonly SigningKey[], { uptime = () => performance.now() }: KeyRingOptions = {}) {
    this.#uptime = uptime;
    this.replace(keys);
  }

  /** Takes these keys for the ones there were. @throws Error when none of them may sign; then nothing is replaced */
  replace(keys: readonly SigningKey[]): void {
    const now = this.#uptime();
    const opened = new Map(keys.map((key) => [key.kid, open(key, now)]));
    if (signerAmong(opened, now) === undefined) throw new Error('the key ring holds no key that may sign');
    this.#keys = opened;
  }

  /** Sets who is told that a token named a key that looks like one of ours and isn't known. */
  whenUnknown(listener: () => void): void {
    this.#onUnknown = listener;
  }

  /** The verification key of this id for this algorithm; undefined for any other pair. */
  verificationKey(kid: unknown, algorithm: unknown): KeyObject | undefined {
    if (typeof kid !== 'string') return undefined;
    const key = this.#keys.get(kid);
    if (key === undefined && isKeyId(kid)) this.#onUnknown();
    return key?.algorithm === algorithm ? key?.publicKey : undefined;
  }

  /** Signs claims as a JWT (RFC 7519) of an explicit type (RFC 8725 §3.11). */
  async sign(typ: string, claims: JWTPayload): Promise<string> {
    const signer = signerAmong(this.#keys, this.#uptime());
    if (signer === undefined) throw new Error('no key of the ring may sign any more');
    const header = { alg: signer.algorithm, kid: signer.kid, typ };
    return new SignJWT(claims).setProtectedHeader(header).sign(signer.privateKey);
  }

  /** The public keys as a JWK set (RFC 7517), those whose turn is still to come among them. */
  jwks(): { keys: JWK[] } {
    const keys = [...this.#keys.values()];
    return { keys: keys.map((key) => ({ ...key.publicJwk, kid: key.kid, alg: key.algorithm, use: 'sig' })) };
  }
}

/** The key whose turn it is: of those that may sign, the one whose turn came last. */
function signerAmong(keys: ReadonlyMap<string, RingKey>, now: number): RingKey | undefined {
  return [...keys.values()]
    .filter((key) => key.signsFrom <= now && now < key.retiresAt)
    .reduce<RingKey | undefined>(
      (last, key) => (last === undefined || key.signsFrom > last.signsFrom ? key : last),
      undefined,
    );
}

/** Our keys are named by their thumbprints (RFC 7638): a SHA-256 in base64url. */
function isKeyId(kid: string): boolean {
  return /^[\w-]{43}$/.test(kid);
}

function open(key: SigningKey, now: number): RingKey {
  const { kid, algorithm, publicJwk } = key;
  return {
    kid,
    algorithm,
    publicJwk,
    publicKey: createPublicKey({ key: key.publicJwk as never, format: 'jwk' }),
    privateKey: createPrivateKey({ key: key.privateJwk as never, format: 'jwk' }),
    signsFrom: now + key.signsInSeconds * 1000,
    retiresAt: key.retiresInSeconds === null ? Infinity : now + key.retiresInSeconds * 1000,
  };
}
