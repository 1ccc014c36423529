import { IsNull, MoreThan } from 'typeorm';
import { ApiKeyEntity } from '../entities/api-key.entity.js';
import { toSlice, type Page, type Slice } from './page.js';
import { TenantStore } from './tenant-store.js';

/** A key as it is shown: everything but the secret and its digest. */
export type ApiKeyView = Omit<ApiKeyEntity, 'digest'>;

export interface NewApiKeyRow {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  readonly digest: Buffer;
  readonly scopes: string[];
  readonly environment: 'live' | 'test';
  readonly expiresAt: Date | null;
  readonly createdBy: string;
}

/** API keys of a tenant's users. Revoked and expired ones stay, as tombstones. */
export class ApiKeys extends TenantStore {
  async listOf(userId: string, page: Page): Promise<Slice<ApiKeyView>> {
    const after = page.after === undefined ? {} : { id: MoreThan(page.after) };
    const rows = await this.manager.find(ApiKeyEntity, {
      where: { ...this.own(), userId, ...after },
      order: { id: 'ASC' },
      take: page.limit + 1,
    });
    return toSlice(rows.map(withoutDigest), page.limit, (key) => key.id);
  }

  async findOf(userId: string, id: string): Promise<ApiKeyView | undefined> {
    const row = await this.manager.findOneBy(ApiKeyEntity, { ...this.own(), userId, id });
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
