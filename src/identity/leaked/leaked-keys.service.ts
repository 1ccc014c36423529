import { Inject, Injectable } from '@nestjs/common';
import { recordFor } from '../../gate/change-record.js';
import { scopes } from '../../gate/scopes.js';
import type { PublicAdmission } from '../../kernel/admission.js';
import type { Secret } from '../../kernel/secret.js';
import { Database } from '../../storage/database.js';
import { KeysAcrossTenants, type LeakedKey } from '../../storage/keys-across-tenants.js';
import type { ApiKeyView } from '../../storage/stores/api-keys.js';
import type { UserView } from '../../storage/stores/users.js';
import { factsOf } from '../api-keys/key-rules.js';
import { KEY_WATCH_OPTIONS, type KeyWatchOptions } from '../key-watch/key-watch-options.js';
import { MAILER, type Mailer } from '../mail/mailer.js';

/** A key that somebody found where it should not be. */
export interface LeakReport {
  readonly key: Secret;
  readonly reportedBy: 'finder' | 'github';
  /** Where it was found, if that was said. */
  readonly foundAt?: string;
}

/** Revokes keys that have become known. Whoever can show a key has all the right it takes to end it. */
@Injectable()
export class LeakedKeys {
  constructor(
    private readonly database: Database,
    private readonly keys: KeysAcrossTenants,
    @Inject(MAILER) private readonly mailer: Mailer,
    @Inject(KEY_WATCH_OPTIONS) private readonly options: KeyWatchOptions,
  ) {}

  /** @returns for each report whether the key was made here: in force until now, or ended long ago */
  async report(admission: PublicAdmission, reports: readonly LeakReport[]): Promise<boolean[]> {
    const places = await this.keys.find(reports.map(({ key }) => key.digest()));
    for (const [index, report] of reports.entries()) {
      const place = places[index];
      if (place !== undefined) await this.#revoke(admission, place, report);
    }
    return places.map((place) => place !== undefined);
  }

  async #revoke(admission: PublicAdmission, place: LeakedKey, report: LeakReport): Promise<void> {
    const { tenantId, userId, id } = place;
    const revoked = await this.database.within(scopes.ofLeakedKey(place), async (stores) => {
      const key = await stores.keys.findOf(userId, id);
      if (key === undefined || !(await stores.keys.revoke(userId, id))) return undefined;
      const details = {
        ...factsOf(key),
        why: 'leaked',
        reported_by: report.reportedBy,
        found_at: report.foundAt ?? null,
      };
      const nobody = { tenantId, scheme: null, principal: null };
      await stores.trail.record(recordFor(admission, nobody, 'api_key.revoked', id, details));
      return { key, owner: await stores.users.find(userId) };
    });
    // Nobody waits for the mail: it is news, and the time it takes would tell that there was a key.
    if (revoked?.owner !== undefined) void this.#tell(revoked.owner, revoked.key, report);
  }

  async #tell(owner: UserView, key: ApiKeyView, { foundAt }: LeakReport): Promise<void> {
    const text = [
      `Your API key “${key.name}” (${key.prefix}…) was reported as leaked, and was revoked at once.`,
      ...(foundAt === undefined ? [] : ['', `It was found at ${foundAt}`]),
      '',
      'Make a new key for what used it, take the old one out of where it was found, and look through the audit trail for',
      'what was done with it that was not your doing.',
      '',
      `Key ${key.id} at ${this.options.publicUrl}`,
    ].join('\n');
    const mail = { to: owner.email, subject: 'An API key of yours has leaked and was revoked', text };
    // The revocation stands in the trail whether or not the mail arrives.
    await this.mailer.send(mail).catch(() => undefined);
  }
}
