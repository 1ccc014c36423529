import { IsNull } from 'typeorm';
import { MembershipEntity, type MembershipStatus } from '../entities/membership.entity.js';
import { SessionEntity } from '../entities/session.entity.js';
import { UserEntity } from '../entities/user.entity.js';
import { exact } from './exact.js';
import { toSlice, type Page, type Slice } from './page.js';
import { lockModes, TenantStore, type Hold } from './tenant-store.js';

/** An account as one tenant knows it. */
export interface UserView {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly tenantId: string;
  readonly roleId: string;
  readonly role: string;
  readonly status: MembershipStatus;
  readonly twoFactorEnabled: boolean;
  readonly emailVerifiedAt: Date | null;
  readonly createdAt: Date;
}

export interface NewUser {
  /** Used if the address has no account yet. */
  readonly id: string;
  readonly email: string;
  readonly emailKey: string;
  readonly passwordHash: string | null;
  readonly name: string;
  readonly roleId: string;
}

const memberHere = 'EXISTS (SELECT FROM gatehouse.memberships m WHERE m.user_id = u.id AND m.tenant_id = $2)';

/** The users of a tenant: its memberships, with the accounts behind them. */
export class Users extends TenantStore {
  async list(page: Page, search?: string): Promise<Slice<UserView>> {
    const query = this.select()
      .orderBy('m.user_id')
      .limit(page.limit + 1);
    if (page.after !== undefined) query.andWhere('m.user_id > :after', { after: page.after });
    if (search !== undefined) {
      query.andWhere('(position(:search in lower(u.email)) > 0 OR position(:search in lower(m.name)) > 0)', {
        search: search.toLowerCase(),
      });
    }
    return toSlice(await query.getRawMany<UserView>(), page.limit, (user) => user.id);
  }

  async find(id: string): Promise<UserView | undefined> {
    return this.select().andWhere('m.user_id = :id', exact({ id })).getRawOne<UserView>();
  }

  /** Makes the address's account if there is none, and a member of it. @returns the account's id */
  async add(user: NewUser): Promise<string> {
    const rows = await this.manager.query<{ id: string }[]>(
      'SELECT gatehouse.create_account($1, $2, $3, $4, $5) AS id',
      [user.id, user.email, user.emailKey, user.passwordHash, this.scope.tenantId],
    );
    const userId = rows[0]?.id ?? user.id;
    await this.manager.insert(MembershipEntity, {
      ...this.own(),
      userId,
      roleId: user.roleId,
      name: user.name,
    });
    return userId;
  }

  /** Whether the account of an address is a member, active or not. */
  async isMember(emailKey: string): Promise<boolean> {
    return this.select().andWhere('u.email_key = :emailKey', exact({ emailKey })).getExists();
  }

  async update(
    id: string,
    change: { name?: string; roleId?: string; status?: MembershipStatus },
  ): Promise<void> {
    await this.manager.update(MembershipEntity, { ...this.own(), userId: id }, change);
  }

  /** Ends every session the user has in this tenant. */
  async endSessions(id: string): Promise<void> {
    await this.manager.update(
      SessionEntity,
      { ...this.own(), userId: id, endedAt: IsNull() },
      { endedAt: () => 'now()' },
    );
  }

  /** Holds a membership until the transaction ends. @returns the user as they are now */
  async hold(id: string, how: Hold): Promise<UserView | undefined> {
    await this.manager
      .createQueryBuilder(MembershipEntity, 'm')
      .setLock(lockModes[how])
      .where(exact({ ...this.own(), userId: id }))
      .getOne();
    return this.find(id);
  }

  /**
   * Holds an account until the transaction ends: its password and second factor stay as they are meanwhile.
   * @returns the hash of its password as it is now; undefined for an account that isn't a member
   */
  async holdAccount(id: string, how: Hold): Promise<{ readonly passwordHash: string | null } | undefined> {
    const rows = await this.manager.query<{ passwordHash: string | null }[]>(
      `SELECT u.password_hash AS "passwordHash" FROM gatehouse.users u WHERE u.id = $1 AND ${memberHere}
       FOR ${how === 'to-judge' ? 'SHARE' : 'NO KEY UPDATE'} OF u`,
      [id, this.own().tenantId],
    );
    return rows[0];
  }

  /** Whether the account's home is this tenant: the one that made it, and looks after it. */
  async isAtHome(id: string): Promise<boolean> {
    return this.manager.existsBy(UserEntity, { id, homeTenantId: this.scope.tenantId });
  }

  /** Puts a stronger hash of the same password in the place of one, unless the password has changed meanwhile. */
  async strengthenHash(id: string, weaker: string, passwordHash: string): Promise<void> {
    await this.manager.query(
      `UPDATE gatehouse.users u SET password_hash = $4 WHERE u.id = $1 AND u.password_hash = $3 AND ${memberHere}`,
      [id, this.own().tenantId, weaker, passwordHash],
    );
  }

  /**
   * How many users with a role could still log in. Who is about to make them fewer holds the role `to-change` first:
   * then nobody else is taking another one away.
   */
  async countActiveWithRole(roleId: string): Promise<number> {
    return this.manager.countBy(MembershipEntity, { ...this.own(), roleId, status: 'active' });
  }

  private select() {
    return this.manager
      .createQueryBuilder()
      .select('m.user_id', 'id')
      .addSelect('u.email', 'email')
      .addSelect('m.name', 'name')
      .addSelect('m.tenant_id', 'tenantId')
      .addSelect('r.id', 'roleId')
      .addSelect('r.name', 'role')
      .addSelect('m.status', 'status')
      .addSelect('f.enabled_at IS NOT NULL', 'twoFactorEnabled')
      .addSelect('u.email_verified_at', 'emailVerifiedAt')
      .addSelect('m.created_at', 'createdAt')
      .from(MembershipEntity, 'm')
      .innerJoin('users', 'u', 'u.id = m.user_id')
      .innerJoin('roles', 'r', 'r.tenant_id = m.tenant_id AND r.id = m.role_id')
      .leftJoin('totp_secrets', 'f', 'f.user_id = m.user_id')
      .where(this.own());
  }
}
