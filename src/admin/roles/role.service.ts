import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { builtInRoleNames } from '../../access/built-in-roles.js';
import { knownPermissions, mayGive, mayTouch } from '../../access/grant-rules.js';
import { PermissionCatalogue } from '../../access/permission-catalogue.js';
import { changeRecord } from '../../gate/change-record.js';
import type { Admission } from '../../kernel/admission.js';
import { Problem } from '../../kernel/problem.js';
import { Database } from '../../storage/database.js';
import type { Stores } from '../../storage/stores/index.js';
import type { Page, Slice } from '../../storage/stores/page.js';
import type { RoleView } from '../../storage/stores/roles.js';
import { differences } from '../differences.js';
import type { NewRole, RoleChange } from './role.schemas.js';

/** The roles of a tenant. Whoever writes one holds everything that it holds, before and after (G7). */
@Injectable()
export class RoleService {
  constructor(
    private readonly database: Database,
    private readonly catalogue: PermissionCatalogue,
  ) {}

  async list(admission: Admission, page: Page): Promise<Slice<RoleView>> {
    return this.database.within(admission.scope, (stores) => stores.roles.list(page));
  }

  /** @throws Problem (404) */
  async find(admission: Admission, id: string): Promise<RoleView> {
    return this.database.within(admission.scope, async (stores) => found(await stores.roles.find(id)));
  }

  /** @throws Problem 400 for an unknown permission, 403 for one the caller lacks, 409 when the name is taken */
  async create(admission: Admission, { name, permissions: names }: NewRole): Promise<RoleView> {
    const permissions = knownPermissions(this.catalogue, names, 'permissions');
    mayGive(admission.permissions, permissions);
    refuseBuiltInName(name);
    const id = uuidv7();
    return this.database.within(admission.scope, async (stores) => {
      await stores.roles.create({ id, name, permissions });
      await stores.trail.record(changeRecord(admission, 'role.created', id, { name, permissions }));
      return found(await stores.roles.find(id));
    });
  }

  /** @throws Problem as `create`; 403 also for a role that holds more than the caller; 404; 409 for a built-in role */
  async update(admission: Admission, id: string, change: RoleChange): Promise<RoleView> {
    const { name } = change;
    const permissions =
      change.permissions && knownPermissions(this.catalogue, change.permissions, 'permissions');
    if (permissions !== undefined) mayGive(admission.permissions, permissions);
    return this.database.within(admission.scope, async (stores) => {
      const role = await this.#toChange(stores, admission, id);
      if (name !== undefined && name !== role.name) refuseBuiltInName(name);
      const changed = differences(role, { name, permissions });
      if (changed === undefined) return role;
      if (name !== undefined) await stores.roles.rename(id, name);
      if (permissions !== undefined) await stores.roles.setPermissions(id, permissions);
      await stores.trail.record(changeRecord(admission, 'role.updated', id, { ...changed }));
      return found(await stores.roles.find(id));
    });
  }

  /** @throws Problem 403 for a role that holds more than the caller; 404; 409 for one that is built in or in use */
  async delete(admission: Admission, id: string): Promise<void> {
    await this.database.within(admission.scope, async (stores) => {
      const { name, permissions } = await this.#toChange(stores, admission, id);
      await stores.roles.delete(id);
      await stores.trail.record(changeRecord(admission, 'role.deleted', id, { name, permissions }));
    });
  }

  /** The role, held so that nobody gives it to anybody, or changes it, meanwhile. */
  async #toChange(stores: Stores, admission: Admission, id: string): Promise<RoleView> {
    const role = found((await stores.roles.hold([id], 'to-change')).get(id));
    if (role.builtIn) throw Problem.conflict('ROLE_BUILT_IN', 'A built-in role stays as it is.');
    mayTouch(admission.permissions, role.permissions, this.catalogue);
    return role;
  }
}

/** In any spelling: `Owner` beside `owner` would only mislead. */
function refuseBuiltInName(name: string): void {
  const names: readonly string[] = builtInRoleNames;
  if (!names.includes(name.toLowerCase())) return;
  throw Problem.conflict('ROLE_NAME_TAKEN', 'A built-in role has this name.');
}

function found(role: RoleView | undefined): RoleView {
  if (role === undefined) throw Problem.notFound('role');
  return role;
}
