import { createPublicKey, verify, type KeyObject } from 'node:crypto';

/** A public key of GitHub's secret scanning, as its API of public keys lists it. */
export interface GithubKey {
  readonly identifier: string;
  /** SubjectPublicKeyInfo in PEM. */
  readonly pem: string;
}

/** What a request says of its signature: the values of the two headers. */
export interface ClaimedSignature {
  readonly identifier: string | undefined;
  /** Base64 of the DER form. */
  readonly signature: string | undefined;
}

/** Base64 and nothing else, of no more characters than a signature on this curve can take. */
const signatureShape = /^[A-Za-z0-9+/]{8,120}={0,2}$/;

/** Verifies that reports come from GitHub: ECDSA on P-256 with SHA-256 over the body as it was sent, by keys from the configuration. */
export class GithubSignatures {
  readonly #keys: ReadonlyMap<string, KeyObject>;

  constructor(keys: readonly GithubKey[]) {
    this.#keys = new Map(keys.map(({ identifier, pem }) => [identifier, createPublicKey(pem)]));
  }

  verifies(body: Buffer, { identifier, signature }: ClaimedSignature): boolean {
    const key = identifier === undefined ? undefined : this.#keys.get(identifier);
    if (key === undefined || signature === undefined || !signatureShape.test(signature)) return false;
    return verify('sha256', body, { key, dsaEncoding: 'der' }, Buffer.from(signature, 'base64'));
  }
}
