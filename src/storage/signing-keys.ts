import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { ChangeRecord } from '../audit/audit-event.js';
import type { SigningKey } from '../credentials/key-ring.js';
import type { Sealer } from '../kernel/sealer.js';
import { auditParameters, insertAuditRows } from './audit-row.js';
import type { Database } from './database.js';

/** A key that has been made and waits for its turn. */
export interface Rotation {
  readonly kid: string;
  /** When it begins to sign, by the database's clock. */
  readonly activatesAt: Date;
  /** Whether it was made just now. False: one was waiting already. */
  readonly isNew: boolean;
}

export interface RotationOptions {
  /** How long the new key is known before it signs. */
  readonly noticeSeconds: number;
  /** Only when the newest key is at least this old. */
  readonly olderThanSeconds?: number;
}

interface KeyRow {
  readonly kid: string;
  readonly algorithm: string;
  readonly publicJwk: JWK;
  readonly sealed: Buffer;
  readonly signsIn: number;
  readonly retiresIn: number | null;
}

/**
 * How long a retired key still verifies: as long as any token can live (`ACCESS_TOKEN_TTL` goes up to a day), and an hour
 * for replicas whose clocks are ahead.
 */
const verifiesSeconds = 25 * 3600;
const lock = `SELECT pg_advisory_xact_lock(hashtext('gatehouse signing keys'))`;

/** Keeps the JWT keys, private halves sealed. All replicas share them, and the database's clock says whose turn it is. */
export class SigningKeys {
  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
  ) {}

  /** All keys that still sign or verify; makes the first one if there is none. Of replicas that start together one makes it. */
  async open(): Promise<SigningKey[]> {
    return this.database.outsideTenants(async (manager) => {
      await manager.query(lock);
      const keys = await this.#read(manager);
      if (keys.some(({ retiresInSeconds }) => retiresInSeconds === null)) return keys;
      await this.#add(manager, 0);
      return this.#read(manager);
    });
  }

  /** All keys that still sign or verify. Removes those whose last token has expired. */
  async load(): Promise<SigningKey[]> {
    return this.database.outsideTenants(async (manager) => {
      await manager.query(
        `DELETE FROM gatehouse.signing_keys WHERE retired_at < now() - make_interval(secs => $1)`,
        [verifiesSeconds],
      );
      return this.#read(manager);
    });
  }

  /**
   * Makes a key that takes over once its notice is up; the one that signs now retires at that moment. One waiting key
   * is enough: rotating again doesn't make a second.
   * @returns undefined when the newest key is younger than was asked for
   */
  async rotate({ noticeSeconds, olderThanSeconds = 0 }: RotationOptions): Promise<Rotation | undefined> {
    return this.database.outsideTenants(async (manager) => {
      await manager.query(lock);
      const rows = await manager.query<{ kid: string; activatesAt: Date; waits: boolean; age: number }[]>(
        `SELECT kid, activates_at AS "activatesAt", activates_at > now() AS waits,
           extract(epoch FROM now() - activates_at)::double precision AS age
         FROM gatehouse.signing_keys ORDER BY activates_at DESC LIMIT 1`,
      );
      const newest = rows[0];
      if (newest?.waits === true) return { kid: newest.kid, activatesAt: newest.activatesAt, isNew: false };
      if (newest !== undefined && newest.age < olderThanSeconds) return undefined;
      const added = await this.#add(manager, noticeSeconds);
      // To the microsecond: between the two there is no moment in which nobody may sign.
      await manager.query(
        `UPDATE gatehouse.signing_keys k SET retired_at = n.activates_at
         FROM gatehouse.signing_keys n WHERE n.kid = $1 AND k.kid <> $1 AND k.retired_at IS NULL`,
        [added.kid],
      );
      await manager.query(insertAuditRows, auditParameters([rotationRecord(added.kid)]));
      return { ...added, isNew: true };
    });
  }

  async #add(manager: EntityManager, noticeSeconds: number): Promise<{ kid: string; activatesAt: Date }> {
    const { kid, publicJwk, privateJwk } = await newKey();
    const sealed = this.sealer.seal(Buffer.from(JSON.stringify(privateJwk)), context(kid));
    const rows = await manager.query<{ at: Date }[]>(
      `INSERT INTO gatehouse.signing_keys (kid, algorithm, public_jwk, sealed_private_jwk, activates_at)
       VALUES ($1, 'ES256', $2, $3, now() + make_interval(secs => $4)) RETURNING activates_at AS at`,
      [kid, publicJwk, sealed, noticeSeconds],
    );
    const at = rows[0]?.at;
    if (at === undefined) throw new Error('a signing key was not kept');
    return { kid, activatesAt: at };
  }

  /** Newest first. */
  async #read(manager: EntityManager): Promise<SigningKey[]> {
    const rows = await manager.query<KeyRow[]>(
      `SELECT kid, algorithm, public_jwk AS "publicJwk", sealed_private_jwk AS sealed,
         extract(epoch FROM activates_at - now())::double precision AS "signsIn",
         extract(epoch FROM retired_at - now())::double precision AS "retiresIn"
       FROM gatehouse.signing_keys
       WHERE retired_at IS NULL OR retired_at > now() - make_interval(secs => $1)
       ORDER BY activates_at DESC`,
      [verifiesSeconds],
    );
    return rows.map((row) => this.#open(row));
  }

  #open(row: KeyRow): SigningKey {
    if (row.algorithm !== 'ES256') throw new Error(`signing key ${row.kid} is of an unknown algorithm`);
    const opened = this.sealer.open(row.sealed, context(row.kid)).toString('utf8');
    return {
      kid: row.kid,
      algorithm: row.algorithm,
      publicJwk: row.publicJwk,
      privateJwk: JSON.parse(opened) as JWK,
      signsInSeconds: row.signsIn,
      retiresInSeconds: row.retiresIn,
    };
  }
}

async function newKey(): Promise<{ kid: string; publicJwk: JWK; privateJwk: JWK }> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return { kid, publicJwk, privateJwk: await exportJWK(pair.privateKey) };
}

/** Keys belong to no tenant, so the operator tenant reads of them. */
function rotationRecord(kid: string): ChangeRecord {
  const id = uuidv7();
  return {
    kind: 'change',
    request: { requestId: id, correlationId: id, sourceAddress: 'local', userAgent: 'gatehouse' },
    actor: { tenantId: null, scheme: null, principal: null },
    action: 'signing_key.rotated',
    objectId: kid,
    details: {},
  };
}

function context(kid: string): string {
  return `signing-key|${kid}`;
}
