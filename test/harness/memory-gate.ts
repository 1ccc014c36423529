import { setImmediate as turn } from 'node:timers/promises';
import { v7 as newId } from 'uuid';
import type { AuditRecord } from '../../src/audit/audit-event.js';
import type { AuditSink } from '../../src/audit/audit-sink.js';
import { AuditTrail } from '../../src/audit/audit-trail.js';
import { CredentialChain } from '../../src/credentials/credential-chain.js';
import { rejected, type CredentialScheme } from '../../src/credentials/credential-scheme.js';
import { Gatekeeper } from '../../src/gate/gatekeeper.js';
import { RateLimiter } from '../../src/gate/rate-limiter.js';
import { WindowCounters } from '../../src/gate/window-counters.js';
import { PermissionSet } from '../../src/kernel/permission-set.js';
import { Secret } from '../../src/kernel/secret.js';

/** Whom a key in `X-API-Key` stands for. */
export interface TestIdentity {
  readonly userId: string;
  readonly tenantId: string;
  readonly permissions: readonly string[];
  /** Its look-up takes until this resolves. */
  readonly foundAfter?: Promise<void>;
}

export interface MemoryGate {
  readonly gatekeeper: Gatekeeper;
  readonly trail: MemoryTrail;
}

/** The real gate over ports that are held in memory: no database, and every record at hand. */
export function memoryGate(identities: ReadonlyMap<string, TestIdentity>): MemoryGate {
  const trail = new MemoryTrail();
  const unlimited = { requests: Number.MAX_SAFE_INTEGER, windowMs: 60_000 };
  const gatekeeper = new Gatekeeper({
    chain: new CredentialChain([keyScheme(identities)]),
    trail: new AuditTrail(trail),
    limiter: new RateLimiter(new WindowCounters(), {
      source: unlimited,
      identity: unlimited,
      attempts: { ...unlimited, requests: 1 },
    }),
    newId,
    deadlineMs: 5000,
  });
  return { gatekeeper, trail };
}

/** What was written, and a way to wait for what is about to be. */
export class MemoryTrail implements AuditSink {
  readonly records: AuditRecord[] = [];
  #watchers: (() => void)[] = [];

  async append(records: readonly AuditRecord[]): Promise<void> {
    this.records.push(...records);
    for (const check of [...this.#watchers]) check();
  }

  /** Resolves with the first record that fits, once there is one. */
  find<R extends AuditRecord>(fits: (record: AuditRecord) => record is R): Promise<R>;
  find(fits: (record: AuditRecord) => boolean): Promise<AuditRecord>;
  find(fits: (record: AuditRecord) => boolean): Promise<AuditRecord> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.records.find(fits);
        if (found === undefined) return;
        this.#watchers = this.#watchers.filter((watcher) => watcher !== check);
        resolve(found);
      };
      this.#watchers.push(check);
      check();
    });
  }

  /** The outcome of the first admitted request on a path. */
  async outcomeOf(path: string): Promise<number> {
    const record = await this.find((one) => one.kind === 'outcome' && one.path === path);
    return record.kind === 'outcome' ? record.status : NaN;
  }
}

function keyScheme(identities: ReadonlyMap<string, TestIdentity>): CredentialScheme {
  return {
    name: 'api-key',
    claim(head) {
      const value = head.control['x-api-key'];
      return value === undefined ? undefined : new Secret(value);
    },
    async verify(secret) {
      // Look-ups overtake each other, as they do over a network.
      for (let turns = Math.floor(Math.random() * 5); turns > 0; turns -= 1) await turn();
      const identity = identities.get(secret.reveal());
      if (identity === undefined) return rejected('unknown key');
      await identity.foundAfter;
      const { userId, tenantId, permissions } = identity;
      return {
        outcome: 'verified',
        principal: { kind: 'api-key', userId, credentialId: `key of ${userId}`, environment: 'live' },
        standing: {
          home: {
            tenantId,
            active: true,
            operator: false,
            permissions: PermissionSet.of(permissions),
            features: [],
          },
        },
      };
    },
  };
}
