import { IsNull, type FindOptionsWhere } from 'typeorm';
import { PermissionSet } from '../../kernel/permission-set.js';
import { InvitationEntity } from '../entities/invitation.entity.js';
import { RoleEntity } from '../entities/role.entity.js';
import { exact } from './exact.js';
import { toSlice, type Page, type Slice } from './page.js';
import { TenantStore } from './tenant-store.js';

/** An invitation as it is shown: everything but the digest of its token. */
export interface InvitationView {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly invitedBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly state: 'open' | 'accepted' | 'revoked' | 'expired';
}

export interface NewInvitation {
  readonly id: string;
  readonly email: string;
  readonly emailKey: string;
  readonly roleId: string;
  readonly digest: Buffer;
  readonly invitedBy: string;
  readonly keyId: string | null;
  readonly lifetimeSeconds: number;
}

/** What was offered, by whom. */
export interface ClaimedInvitation {
  readonly id: string;
  readonly email: string;
  readonly emailKey: string;
  readonly roleId: string;
  readonly invitedBy: string;
  readonly keyId: string | null;
}

/** What an inviter holds in the tenant now: as its member, or as an operator who would have to enter it. */
export interface InviterStanding {
  readonly entered: boolean;
  readonly permissions: PermissionSet;
}

/** Invitations into a tenant. Those that are used, revoked or expired stay, as a record. */
export class Invitations extends TenantStore {
  async list(page: Page): Promise<Slice<InvitationView>> {
    const query = this.select()
      .orderBy('i.id')
      .limit(page.limit + 1);
    if (page.after !== undefined) query.andWhere('i.id > :after', { after: page.after });
    return toSlice(await query.getRawMany<InvitationView>(), page.limit, (invitation) => invitation.id);
  }

  async find(id: string): Promise<InvitationView | undefined> {
    return this.select().andWhere('i.id = :id', exact({ id })).getRawOne<InvitationView>();
  }

  /** Adds an invitation. Whatever else was open for the address in this tenant is void: the last word counts. */
  async create({ lifetimeSeconds, ...row }: NewInvitation): Promise<void> {
    await this.revokeWhere({ emailKey: row.emailKey });
    await this.manager.insert(InvitationEntity, {
      ...this.own(),
      ...row,
      expiresAt: () => `now() + make_interval(secs => ${Math.trunc(lifetimeSeconds)})`,
    });
  }

  /** @returns whether it was open until now */
  async revoke(id: string): Promise<boolean> {
    return this.revokeWhere({ id });
  }

  /** Uses an invitation up: of any number who come with its token, one gets it. */
  async claim(digest: Buffer): Promise<ClaimedInvitation | undefined> {
    const [rows] = await this.manager.query<[ClaimedInvitation[], number]>(
      `UPDATE gatehouse.invitations SET used_at = now()
       WHERE tenant_id = $1 AND digest = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
       RETURNING id, email, email_key AS "emailKey", role_id AS "roleId", invited_by AS "invitedBy", key_id AS "keyId"`,
      [this.own().tenantId, digest],
    );
    return rows[0];
  }

  /** What an inviter holds at this moment, with the key they used if it was one. Empty once they, or the key, have ended. */
  async standingsOfInviter(inviterId: string, keyId: string | null): Promise<InviterStanding[]> {
    const rows = await this.manager.query<
      { entered: boolean; permissions: string | null; scopes: string | null }[]
    >('SELECT entered, permissions, scopes FROM gatehouse.inviter_permissions($1, $2)', [inviterId, keyId]);
    return rows.map(({ entered, permissions, scopes }) => {
      const held = PermissionSet.parse(permissions);
      return { entered, permissions: keyId === null ? held : held.intersect(PermissionSet.parse(scopes)) };
    });
  }

  private async revokeWhere(which: FindOptionsWhere<InvitationEntity>): Promise<boolean> {
    const result = await this.manager.update(
      InvitationEntity,
      {
        ...this.own(),
        ...which,
        usedAt: IsNull(),
        revokedAt: IsNull(),
      },
      { revokedAt: () => 'now()' },
    );
    return (result.affected ?? 0) > 0;
  }

  private select() {
    return this.manager
      .createQueryBuilder()
      .select('i.id', 'id')
      .addSelect('i.email', 'email')
      .addSelect('r.name', 'role')
      .addSelect('i.invited_by', 'invitedBy')
      .addSelect('i.created_at', 'createdAt')
      .addSelect('i.expires_at', 'expiresAt')
      .addSelect(
        `CASE WHEN i.used_at IS NOT NULL THEN 'accepted' WHEN i.revoked_at IS NOT NULL THEN 'revoked'
           WHEN i.expires_at <= now() THEN 'expired' ELSE 'open' END`,
        'state',
      )
      .from(InvitationEntity, 'i')
      .innerJoin(RoleEntity, 'r', 'r.tenant_id = i.tenant_id AND r.id = i.role_id')
      .where(this.own());
  }
}
