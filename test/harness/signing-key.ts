import { generateKeyPairSync } from 'node:crypto';
import type { SigningKey } from '../../src/credentials/key-ring.js';

/** A new signing key of an installation. */
export function newSigningKey(kid: string, retired = false): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    kid,
    algorithm: 'ES256',
    publicJwk: publicKey.export({ format: 'jwk' }),
    privateJwk: privateKey.export({ format: 'jwk' }),
    signsInSeconds: retired ? -60 : 0,
    retiresInSeconds: retired ? 0 : null,
  };
}
