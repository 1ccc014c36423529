import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { knownPermissions, mayScope } from '../../access/grant-rules.js';
import { PermissionCatalogue } from '../../access/permission-catalogue.js';
import { changeRecord } from '../../gate/change-record.js';
import type { Admission } from '../../kernel/admission.js';
import { newApiKey } from '../../kernel/api-key-format.js';
import type { PermissionSet } from '../../kernel/permission-set.js';
import { userIdOf, type Environment } from '../../kernel/principal.js';
import { Problem } from '../../kernel/problem.js';
import type { Secret } from '../../kernel/secret.js';
import { Database } from '../../storage/database.js';
import type { ApiKeyView } from '../../storage/stores/api-keys.js';
import type { Stores } from '../../storage/stores/index.js';
import type { Page, Slice } from '../../storage/stores/page.js';
import { API_KEY_OPTIONS, type ApiKeyOptions } from './api-key-options.js';
import { expiryOf, type WishedLifetime } from './key-lifetime.js';

export interface ApiKeyRequest {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly environment: Environment;
  readonly lifetime: WishedLifetime;
}

/** A key at the moment of its making: afterwards nobody has the secret but its owner. */
export interface MadeApiKey {
  readonly key: ApiKeyView;
  readonly secret: Secret;
}

/** The API keys of a tenant's users: made, shown without their secret, revoked. Revoked and expired ones stay visible. */
@Injectable()
export class ApiKeyService {
  constructor(
    private readonly database: Database,
    private readonly catalogue: PermissionCatalogue,
    @Inject(API_KEY_OPTIONS) private readonly options: ApiKeyOptions,
  ) {}

  /** @throws Problem (404) for a user who isn't one of this tenant */
  async list(admission: Admission, userId: string, page: Page): Promise<Slice<ApiKeyView>> {
    return this.database.within(admission.scope, async (stores) => {
      if ((await stores.users.find(userId)) === undefined) throw Problem.notFound('user');
      return stores.keys.listOf(userId, page);
    });
  }

  /** @throws Problem (404) */
  async find(admission: Admission, userId: string, id: string): Promise<ApiKeyView> {
    return this.database.within(admission.scope, async (stores) => {
      return found(await stores.keys.findOf(userId, id));
    });
  }

  /**
   * Makes a key for a user.
   * @throws Problem 400 for an unknown permission or a past expiry, 403 for a scope that the caller or the user doesn't
   *   hold, 404 for an unknown user, 409 for a disabled one
   */
  async create(admission: Admission, userId: string, request: ApiKeyRequest): Promise<MadeApiKey> {
    const scopes = knownPermissions(this.catalogue, request.scopes, 'scopes');
    mayScope(admission.permissions, scopes, 'you do');
    const { secret, digest, displayPrefix } = newApiKey(this.options.prefix);
    const id = uuidv7();
    const key = await this.database.within(admission.scope, async (stores) => {
      mayScope(await roleOf(stores, userId), scopes, "the user's role does");
      const expiresAt = await this.#expiry(stores, admission, userId, request.lifetime);
      await stores.keys.create({
        id,
        userId,
        name: request.name,
        prefix: displayPrefix,
        digest,
        scopes: scopes.names(),
        environment: request.environment,
        expiresAt,
        createdBy: userIdOf(admission.principal) ?? admission.principal.kind,
      });
      const made = found(await stores.keys.findOf(userId, id));
      await stores.trail.record(changeRecord(admission, 'api_key.created', id, facts(made)));
      return made;
    });
    return { key, secret };
  }

  /** Revokes a key; one that is revoked already stays so. @throws Problem (404) */
  async revoke(admission: Admission, userId: string, id: string): Promise<void> {
    await this.database.within(admission.scope, async (stores) => {
      const key = found(await stores.keys.findOf(userId, id));
      if (!(await stores.keys.revoke(userId, id))) return;
      await stores.trail.record(changeRecord(admission, 'api_key.revoked', id, facts(key)));
    });
  }

  async #expiry(
    stores: Stores,
    admission: Admission,
    userId: string,
    wished: WishedLifetime,
  ): Promise<Date | null> {
    const { principal } = admission;
    const now = await stores.keys.now();
    // Only where a key could prolong itself. Who may make keys for others is not bound by a key's days.
    if (principal.kind !== 'api-key' || principal.userId !== userId) return expiryOf(wished, now, null);
    const own = await stores.keys.findOf(userId, principal.credentialId);
    // A key of another tenant that has entered this one: until when it is good can't be read from here.
    if (own === undefined) throw keyFromElsewhere();
    return expiryOf(wished, now, own.expiresAt);
  }
}

/** What the user's role allows now, and until the transaction ends. */
async function roleOf(stores: Stores, userId: string): Promise<PermissionSet> {
  const user = await stores.users.hold(userId, 'to-judge');
  if (user === undefined) throw Problem.notFound('user');
  if (user.status === 'disabled') throw Problem.conflict('USER_DISABLED', 'A disabled user gets no keys.');
  const roles = await stores.roles.hold([user.roleId], 'to-judge');
  const role = roles.get(user.roleId);
  if (role === undefined) throw new Error(`user ${userId} has no role`);
  return role.permissions;
}

/** What the trail keeps of a key. */
function facts(key: ApiKeyView): Record<string, unknown> {
  const { userId, name, prefix, scopes, environment, expiresAt } = key;
  return { user_id: userId, name, prefix, scopes, environment, expires_at: expiresAt?.toISOString() ?? null };
}

function found(key: ApiKeyView | undefined): ApiKeyView {
  if (key === undefined) throw Problem.notFound('API key');
  return key;
}

function keyFromElsewhere(): Problem {
  return Problem.forbidden(
    'KEY_FROM_ELSEWHERE',
    'A key makes keys for its own user only in the tenant it belongs to.',
  );
}
