import { IsNull } from 'typeorm';
import { ApiKeyEntity } from '../entities/api-key.entity.js';
import { exact } from './exact.js';
import { toSlice, type Page, type Slice } from './page.js';
import { lockModes, TenantStore, type Hold } from './tenant-store.js';

/** A key as it is shown: everything but the secret and its digest. */
export type ApiKeyView = Omit<ApiKeyEntity, 'digest'>;

/** What a key is worth now. A revoked one stays revoked when its days are over. */
export type ApiKeyStatus = 'active' | 'revoked' | 'expired';

export interface NewApiKeyRow {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  readonly digest: Buffer;
  readonly scopes: string[];
  readonly environment: 'live' | 'test';
  /** Null, and by default: from anywhere. */
  readonly sourceRanges?: string[] | null;
  readonly expiresAt: Date | null;
  readonly createdBy: string;
}

const conditions: Readonly<Record<ApiKeyStatus, string>> = {
  active: 'k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())',
  revoked: 'k.revoked_at IS NOT NULL',
  expired: 'k.revoked_at IS NULL AND k.expires_at <= now()',
};

/** API keys of a tenant's users. Revoked and expired ones stay, as tombstones. */
export class ApiKeys extends TenantStore {
  async listOf(userId: string, page: Page, status?: ApiKeyStatus): Promise<Slice<ApiKeyView>> {
    const query = this.manager
      .createQueryBuilder(ApiKeyEntity, 'k')
      .where(exact({ ...this.own(), userId }))
      .orderBy('k.id')
      .limit(page.limit + 1);
    if (page.after !== undefined) query.andWhere('k.id > :after', { after: page.after });
    if (status !== undefined) query.andWhere(conditions[status]);
    const rows = await query.getMany();
    return toSlice(rows.map(withoutDigest), page.limit, (key) => key.id);
  }

  async findOf(userId: string, id: string): Promise<ApiKeyView | undefined> {
    const row = await this.manager.findOneBy(ApiKeyEntity, { ...this.own(), userId, id });
    return row === null ? undefined : withoutDigest(row);
  }

  /** Holds a key until the transaction ends. @returns the key as it is now */
  async hold(userId: string, id: string, how: Hold): Promise<ApiKeyView | undefined> {
    const row = await this.manager
      .createQueryBuilder(ApiKeyEntity, 'k')
      .setLock(lockModes[how])
      .where(exact({ ...this.own(), userId, id }))
      .getOne();
    return row === null ? undefined : withoutDigest(row);
  }

  /** The database's clock, by which keys expire. */
  async now(): Promise<Date> {
    const rows = await this.manager.query<[{ now: Date }]>('SELECT now()');
    return rows[0].now;
  }

  async create(key: NewApiKeyRow): Promise<void> {
    await this.manager.insert(ApiKeyEntity, { ...this.own(), ...key });
  }

  /** Names a key's successor and when it ends by itself. @returns whether it had no successor until now */
  async replace(userId: string, id: string, by: string, expiresAt: Date): Promise<boolean> {
    const where = { ...this.own(), userId, id, replacedBy: IsNull() };
    const result = await this.manager.update(ApiKeyEntity, where, { replacedBy: by, expiresAt });
    return result.affected === 1;
  }

  /** @returns whether it was in force until now */
  async revoke(userId: string, id: string): Promise<boolean> {
    const result = await this.manager.update(
      ApiKeyEntity,
      { ...this.own(), userId, id, revokedAt: IsNull() },
      { revokedAt: () => 'now()' },
    );
    return result.affected === 1;
  }
}

function withoutDigest({ digest: _, ...shown }: ApiKeyEntity): ApiKeyView {
  return shown;
}
