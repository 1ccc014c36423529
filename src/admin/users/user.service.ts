import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { mayGive } from '../../access/grant-rules.js';
import { PermissionCatalogue } from '../../access/permission-catalogue.js';
import { changeRecord } from '../../gate/change-record.js';
import { PasswordHasher } from '../../identity/passwords/password-hasher.js';
import type { Admission } from '../../kernel/admission.js';
import { emailKey } from '../../kernel/email.js';
import { Problem } from '../../kernel/problem.js';
import type { Secret } from '../../kernel/secret.js';
import { Database } from '../../storage/database.js';
import type { Stores } from '../../storage/stores/index.js';
import type { Page, Slice } from '../../storage/stores/page.js';
import type { RoleView } from '../../storage/stores/roles.js';
import type { UserView } from '../../storage/stores/users.js';
import { differences } from '../differences.js';
import type { UserChange } from './user.schemas.js';
import { judgeUserChange } from './user-rules.js';

export interface UserRequest {
  readonly email: string;
  readonly name: string;
  /** The name of a role. */
  readonly role: string;
  readonly password: Secret | undefined;
}

/** The users of a tenant. Nobody gives a role, or touches a user, that holds more than they do (G7). */
@Injectable()
export class UserService {
  constructor(
    private readonly database: Database,
    private readonly passwords: PasswordHasher,
    private readonly catalogue: PermissionCatalogue,
  ) {}

  async list(admission: Admission, page: Page, search: string | undefined): Promise<Slice<UserView>> {
    return this.database.within(admission.scope, (stores) => stores.users.list(page, search));
  }

  /** @throws Problem (404) */
  async find(admission: Admission, id: string): Promise<UserView> {
    return this.database.within(admission.scope, async (stores) => found(await stores.users.find(id)));
  }

  /**
   * Adds a user to the tenant. If the address has an account in the installation already, that becomes a member and
   * keeps its password; the caller doesn't learn which it was, nor by the time it took.
   * @throws Problem 400 for an unknown role, 403 for one that holds more than the caller, 409 for a user of this tenant
   */
  async create(admission: Admission, { email, name, role, password }: UserRequest): Promise<UserView> {
    const passwordHash = password === undefined ? null : await this.passwords.hash(password);
    return this.database.within(admission.scope, async (stores) => {
      const given = await heldRole(stores, role);
      mayGive(admission.permissions, given.permissions);
      const user = { id: uuidv7(), email, emailKey: emailKey(email), passwordHash, name, roleId: given.id };
      const id = await stores.users.add(user);
      await stores.trail.record(
        changeRecord(admission, 'user.created', id, { email, name, role: given.name }),
      );
      return found(await stores.users.find(id));
    });
  }

  /**
   * Changes a user's name, role or status. Disabling ends their sessions too.
   * @throws Problem 400 for an unknown role; 403 where the user, or the role given, holds more than the caller; 404; 409
   *   for the last active owner
   */
  async update(admission: Admission, id: string, change: UserChange): Promise<UserView> {
    return this.database.within(admission.scope, async (stores) => {
      const user = found(await stores.users.hold(id, 'to-change'));
      const { current, next } = await heldRoles(stores, user, change.role);
      const { name, status } = change;
      const changed = differences(user, { name, status, role: next.name });
      const takesOwner = judgeUserChange(
        { user, current, next, status },
        admission.permissions,
        this.catalogue,
      );
      if (takesOwner && (await stores.users.countActiveWithRole(current.id)) <= 1) throw lastOwner();
      if (changed === undefined) return user;
      await stores.users.update(id, { name, status, roleId: next.id });
      if (status === 'disabled') await stores.users.endSessions(id);
      await stores.trail.record(changeRecord(admission, 'user.updated', id, { ...changed }));
      return found(await stores.users.find(id));
    });
  }
}

/** A role by its name, held as it is. @throws Problem (400) when there is none */
async function heldRole(stores: Stores, name: string): Promise<RoleView> {
  const id = await roleIdOf(stores, name);
  return (await stores.roles.hold([id], 'to-judge')).get(id) ?? unknownRole(name);
}

/** A user's role and the one they are to have, both held so that nobody else changes or counts by them meanwhile. */
async function heldRoles(stores: Stores, user: UserView, nextName: string | undefined) {
  const nextId = nextName === undefined ? user.roleId : await roleIdOf(stores, nextName);
  const roles = await stores.roles.hold([user.roleId, nextId], 'to-change');
  const current = roles.get(user.roleId);
  if (current === undefined) throw new Error(`user ${user.id} has no role`);
  return { current, next: roles.get(nextId) ?? unknownRole(nextName ?? '') };
}

async function roleIdOf(stores: Stores, name: string): Promise<string> {
  const role = await stores.roles.findByName(name);
  return role === undefined ? unknownRole(name) : role.id;
}

function unknownRole(name: string): never {
  throw Problem.invalid([{ field: 'role', message: `there is no role ${name} in this tenant` }]);
}

function found(user: UserView | undefined): UserView {
  if (user === undefined) throw Problem.notFound('user');
  return user;
}

function lastOwner(): Problem {
  return Problem.conflict('LAST_OWNER', 'The tenant would be left without an active owner.');
}
