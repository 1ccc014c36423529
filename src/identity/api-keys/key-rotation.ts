import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { mayScope } from '../../access/grant-rules.js';
import { changeRecord } from '../../gate/change-record.js';
import type { Admission } from '../../kernel/admission.js';
import { newApiKey, prefixOf } from '../../kernel/api-key-format.js';
import { PermissionSet } from '../../kernel/permission-set.js';
import { userIdOf } from '../../kernel/principal.js';
import { Problem } from '../../kernel/problem.js';
import { Database } from '../../storage/database.js';
import type { ApiKeyView } from '../../storage/stores/api-keys.js';
import { API_KEY_OPTIONS, type ApiKeyOptions } from './api-key-options.js';
import type { MadeApiKey } from './api-key.service.js';
import { beyondOwnExpiry } from './key-lifetime.js';
import { factsOf, found, limitsOf, roleOf, type MakersLimits } from './key-rules.js';
import { rangesWithin } from './source-ranges.js';

/** Puts a new key in an old one's place, with a time in which both are good. */
@Injectable()
export class KeyRotation {
  constructor(
    private readonly database: Database,
    @Inject(API_KEY_OPTIONS) private readonly options: ApiKeyOptions,
  ) {}

  /**
   * Makes a successor that is what the key is: name, scopes, environment, ranges, and the same end, so that no rotation
   * makes anything last longer. The old key ends by itself when the grace is over, or when it would have ended anyway.
   * What it holds is judged as if it were made anew (G7).
   * @param graceSeconds how long the old key stays good
   * @throws Problem 403 as for a new key, 404 for an unknown key, 409 for one that has ended or has a successor, and for
   *   a disabled user
   */
  async rotate(admission: Admission, userId: string, id: string, graceSeconds: number): Promise<MadeApiKey> {
    return this.database.within(admission.scope, async (stores) => {
      // Held: of two that rotate at once, the second sees the first one's successor.
      const old = found(await stores.keys.hold(userId, id, 'to-change'));
      const now = await stores.keys.now();
      refuseEnded(old, now);
      const scopes = PermissionSet.of(old.scopes);
      mayScope(admission.permissions, scopes, 'you do');
      mayScope(await roleOf(stores, userId), scopes, "the user's role does");
      stayWithin(await limitsOf(stores, admission, userId), old);
      const successorId = uuidv7();
      const { secret, digest, displayPrefix } = newApiKey(this.#prefixOf(old));
      await stores.keys.create({
        id: successorId,
        userId,
        name: old.name,
        prefix: displayPrefix,
        digest,
        scopes: old.scopes,
        environment: old.environment,
        sourceRanges: old.sourceRanges,
        expiresAt: old.expiresAt,
        createdBy: userIdOf(admission.principal) ?? admission.principal.kind,
      });
      const endsAt = earlier(old.expiresAt, new Date(now.getTime() + graceSeconds * 1000));
      if (!(await stores.keys.replace(userId, id, successorId, endsAt))) throw rotatedAlready();
      const key = found(await stores.keys.findOf(userId, successorId));
      const rotated = { ...factsOf(old), replaced_by: successorId, expires_at: endsAt.toISOString() };
      await stores.trail.record(changeRecord(admission, 'api_key.rotated', id, rotated));
      await stores.trail.record(
        changeRecord(admission, 'api_key.created', successorId, { ...factsOf(key), replaces: id }),
      );
      return { key, secret };
    });
  }

  /** The same as the old key's, if that is still accepted: what uses it may look at its beginning. */
  #prefixOf(old: ApiKeyView): string {
    return prefixOf(old.prefix, this.options.acceptedPrefixes) ?? this.options.prefix;
  }
}

function refuseEnded(key: ApiKeyView, now: Date): void {
  const ended = key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= now);
  if (ended) throw Problem.conflict('KEY_ENDED', 'A key that is revoked or has expired cannot be rotated.');
  if (key.replacedBy !== null) throw rotatedAlready();
}

function rotatedAlready(): Problem {
  return Problem.conflict('KEY_ROTATED', 'This key has a successor already.');
}

/** A key that rotates another one of its user's gets hold of the successor. */
function stayWithin(limits: MakersLimits, key: ApiKeyView): void {
  if (limits.expiresAt !== null && (key.expiresAt === null || key.expiresAt > limits.expiresAt))
    throw beyondOwnExpiry(limits.expiresAt);
  if (limits.sourceRanges !== null) rangesWithin(key.sourceRanges ?? everywhere, limits.sourceRanges);
}

/** As ranges that no key can have: unlike for a new key, an unrestricted one can't be narrowed down. */
const everywhere = ['0.0.0.0/0', '::/0'];

function earlier(one: Date | null, other: Date): Date {
  return one !== null && one < other ? one : other;
}
