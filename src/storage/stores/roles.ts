import { In, MoreThan, type FindOptionsWhere } from 'typeorm';
import { PermissionSet } from '../../kernel/permission-set.js';
import { BuiltInPermissionEntity } from '../entities/built-in-permission.entity.js';
import { RolePermissionEntity } from '../entities/role-permission.entity.js';
import { RoleEntity } from '../entities/role.entity.js';
import { toSlice, type Page, type Slice } from './page.js';
import { lockModes, TenantStore, type Hold } from './tenant-store.js';

export interface RoleView {
  readonly id: string;
  readonly name: string;
  readonly permissions: PermissionSet;
  readonly builtIn: boolean;
  readonly createdAt: Date;
}

/** The roles of a tenant, built-in and its own. */
export class Roles extends TenantStore {
  async list(page: Page): Promise<Slice<RoleView>> {
    const after = page.after === undefined ? {} : { id: MoreThan(page.after) };
    const rows = await this.manager.find(RoleEntity, {
      where: { ...this.own(), ...after },
      order: { id: 'ASC' },
      take: page.limit + 1,
    });
    return toSlice(await this.withPermissions(rows), page.limit, (role) => role.id);
  }

  async find(id: string): Promise<RoleView | undefined> {
    return this.findBy({ ...this.own(), id });
  }

  async findByName(name: string): Promise<RoleView | undefined> {
    return this.findBy({ ...this.own(), name });
  }

  async create(role: { id: string; name: string; permissions: PermissionSet }): Promise<void> {
    await this.manager.insert(RoleEntity, { ...this.own(), id: role.id, name: role.name });
    await this.setPermissions(role.id, role.permissions);
  }

  async rename(id: string, name: string): Promise<void> {
    await this.manager.update(RoleEntity, { ...this.own(), id }, { name });
  }

  /** Replaces the permissions of one of the tenant's own roles. */
  async setPermissions(id: string, permissions: PermissionSet): Promise<void> {
    await this.manager.delete(RolePermissionEntity, { ...this.own(), roleId: id });
    const rows = permissions.names().map((permission) => ({ ...this.own(), roleId: id, permission }));
    if (rows.length > 0) await this.manager.insert(RolePermissionEntity, rows);
  }

  /**
   * Holds roles as they are until the transaction ends: what is judged about them stays true. They are locked in the
   * order of their ids, and after memberships, so that no two transactions wait for each other.
   * @returns those that exist, as they are now
   */
  async hold(ids: readonly string[], how: Hold): Promise<Map<string, RoleView>> {
    const rows = await this.manager
      .createQueryBuilder(RoleEntity, 'role')
      .setLock(lockModes[how])
      .where({ ...this.own(), id: In(ids) })
      .orderBy('role.id')
      .getMany();
    // Read only now: what another transaction was changing until the lock was ours is part of it.
    const roles = await this.withPermissions(rows);
    return new Map(roles.map((role) => [role.id, role]));
  }

  async delete(id: string): Promise<void> {
    await this.manager.delete(RoleEntity, { ...this.own(), id });
  }

  private async findBy(where: FindOptionsWhere<RoleEntity>): Promise<RoleView | undefined> {
    const row = await this.manager.findOneBy(RoleEntity, where);
    return row === null ? undefined : (await this.withPermissions([row]))[0];
  }

  private async withPermissions(rows: readonly RoleEntity[]): Promise<RoleView[]> {
    const own = await this.permissionsOf(rows.filter((row) => !row.builtIn));
    const builtIn = await this.manager.find(BuiltInPermissionEntity);
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      builtIn: row.builtIn,
      createdAt: row.createdAt,
      permissions: PermissionSet.of(
        row.builtIn
          ? builtIn.filter(({ role }) => role === row.name).map(({ permission }) => permission)
          : own.filter(({ roleId }) => roleId === row.id).map(({ permission }) => permission),
      ),
    }));
  }

  private async permissionsOf(rows: readonly RoleEntity[]): Promise<RolePermissionEntity[]> {
    if (rows.length === 0) return [];
    return this.manager
      .createQueryBuilder(RolePermissionEntity, 'permission')
      .where(this.own())
      .andWhere('permission.roleId IN (:...ids)', { ids: rows.map((row) => row.id) })
      .getMany();
  }
}
