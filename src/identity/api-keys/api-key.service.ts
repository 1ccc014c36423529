import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { knownPermissions, mayScope } from '../../access/grant-rules.js';
import { PermissionCatalogue } from '../../access/permission-catalogue.js';
import { changeRecord } from '../../gate/change-record.js';
import type { Admission } from '../../kernel/admission.js';
import { newApiKey } from '../../kernel/api-key-format.js';
import { prefixIn } from '../../kernel/key-environments.js';
import { userIdOf, type Environment } from '../../kernel/principal.js';
import { Problem } from '../../kernel/problem.js';
import type { Secret } from '../../kernel/secret.js';
import { Database } from '../../storage/database.js';
import type { ApiKeyStatus, ApiKeyView } from '../../storage/stores/api-keys.js';
import type { Page, Slice } from '../../storage/stores/page.js';
import { API_KEY_OPTIONS, type ApiKeyOptions } from './api-key-options.js';
import { expiryOf, type WishedLifetime } from './key-lifetime.js';
import { factsOf, found, limitsOf, roleOf } from './key-rules.js';
import { rangesWithin } from './source-ranges.js';

export interface ApiKeyRequest {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly environment: Environment;
  readonly lifetime: WishedLifetime;
  /** CIDR ranges from which the key may be used; null or absent: from anywhere. */
  readonly sourceRanges?: readonly string[] | null;
  /** What the key begins with, in either environment's form; the surface's or else the configured prefix unless stated. */
  readonly prefix?: string;
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

  /**
   * @param status only keys of this one; all of them, tombstones included, unless stated
   * @throws Problem (404) for a user who isn't one of this tenant
   */
  async list(
    admission: Admission,
    userId: string,
    page: Page,
    status?: ApiKeyStatus,
  ): Promise<Slice<ApiKeyView>> {
    return this.database.within(admission.scope, async (stores) => {
      if ((await stores.users.find(userId)) === undefined) throw Problem.notFound('user');
      return stores.keys.listOf(userId, page, status);
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
   * @throws Problem 400 for an unknown permission, a past expiry or a prefix that isn't accepted, 403 for a scope that
   *   the caller or the user doesn't hold and for what goes beyond the key that asks, 404 for an unknown user, 409 for a
   *   disabled one
   */
  async create(admission: Admission, userId: string, request: ApiKeyRequest): Promise<MadeApiKey> {
    const scopes = knownPermissions(this.catalogue, request.scopes, 'scopes');
    mayScope(admission.permissions, scopes, 'you do');
    const { secret, digest, displayPrefix } = newApiKey(this.#prefix(admission, request));
    const id = uuidv7();
    const key = await this.database.within(admission.scope, async (stores) => {
      mayScope(await roleOf(stores, userId), scopes, "the user's role does");
      const limits = await limitsOf(stores, admission, userId);
      const ranges = rangesWithin(request.sourceRanges ?? null, limits.sourceRanges);
      await stores.keys.create({
        id,
        userId,
        name: request.name,
        prefix: displayPrefix,
        digest,
        scopes: scopes.names(),
        environment: request.environment,
        sourceRanges: ranges === null ? null : [...ranges],
        expiresAt: expiryOf(request.lifetime, await stores.keys.now(), limits.expiresAt),
        createdBy: userIdOf(admission.principal) ?? admission.principal.kind,
      });
      const made = found(await stores.keys.findOf(userId, id));
      await stores.trail.record(changeRecord(admission, 'api_key.created', id, factsOf(made)));
      return made;
    });
    return { key, secret };
  }

  /** Revokes a key; one that is revoked already stays so. @throws Problem (404) */
  async revoke(admission: Admission, userId: string, id: string): Promise<void> {
    await this.database.within(admission.scope, async (stores) => {
      const key = found(await stores.keys.findOf(userId, id));
      if (!(await stores.keys.revoke(userId, id))) return;
      await stores.trail.record(changeRecord(admission, 'api_key.revoked', id, factsOf(key)));
    });
  }

  #prefix({ terms }: Admission, { prefix, environment }: ApiKeyRequest): string {
    const wished = prefixIn(environment, prefix ?? terms?.apiKeyPrefix ?? this.options.prefix);
    if (this.options.acceptedPrefixes.includes(wished)) return wished;
    throw Problem.invalid([{ field: 'prefix', message: 'must be a prefix that is accepted here' }]);
  }
}
