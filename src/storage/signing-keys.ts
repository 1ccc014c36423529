import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { SigningKey } from '../credentials/key-ring.js';
import type { Sealer } from '../kernel/sealer.js';
import type { Database } from './database.js';
import { SigningKeyEntity } from './entities/signing-key.entity.js';

/** Keeps the JWT keys, private halves sealed. All replicas share them. */
export class SigningKeys {
  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
  ) {}

  /** All keys, newest first; makes the first one if there is none. Of replicas that start together one makes it. */
  async load(): Promise<SigningKey[]> {
    return this.database.outsideTenants(async (manager) => {
      await manager.query(`SELECT pg_advisory_xact_lock(hashtext('gatehouse signing keys'))`);
      const rows = await manager.find(SigningKeyEntity, { order: { createdAt: 'DESC' } });
      if (rows.some((row) => row.retiredAt === null)) return rows.map((row) => this.#open(row));
      const key = await newKey();
      await manager.insert(SigningKeyEntity, {
        kid: key.kid,
        algorithm: key.algorithm,
        publicJwk: { ...key.publicJwk },
        sealedPrivateJwk: this.sealer.seal(Buffer.from(JSON.stringify(key.privateJwk)), context(key.kid)),
      });
      return [key, ...rows.map((row) => this.#open(row))];
    });
  }

  #open(row: SigningKeyEntity): SigningKey {
    if (row.algorithm !== 'ES256') throw new Error(`signing key ${row.kid} is of an unknown algorithm`);
    const opened = this.sealer.open(row.sealedPrivateJwk, context(row.kid)).toString('utf8');
    const privateJwk = JSON.parse(opened) as JWK;
    return {
      kid: row.kid,
      algorithm: row.algorithm,
      publicJwk: row.publicJwk,
      privateJwk,
      retired: row.retiredAt !== null,
    };
  }
}

async function newKey(): Promise<SigningKey> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return { kid, algorithm: 'ES256', publicJwk, privateJwk: await exportJWK(pair.privateKey), retired: false };
}

function context(kid: string): string {
  return `signing-key|${kid}`;
}
