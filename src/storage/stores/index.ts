import type { EntityManager } from 'typeorm';
import type { TenantScope } from '../../kernel/tenant-scope.js';
import { ApiKeys } from './api-keys.js';
import { AuditEvents } from './audit-events.js';
import { InstallationStore } from './installation-store.js';
import { Roles } from './roles.js';
import { Sessions } from './sessions.js';
import { Tenants } from './tenants.js';
import { Users } from './users.js';

/** Everything one transaction in one tenant can touch. There is no way to a store but through a scope. */
export class Stores {
  readonly installation: InstallationStore;
  readonly tenants: Tenants;
  readonly users: Users;
  readonly roles: Roles;
  readonly keys: ApiKeys;
  readonly sessions: Sessions;
  readonly trail: AuditEvents;

  constructor(manager: EntityManager, scope: TenantScope) {
    this.installation = new InstallationStore(manager, scope);
    this.tenants = new Tenants(manager, scope);
    this.users = new Users(manager, scope);
    this.roles = new Roles(manager, scope);
    this.keys = new ApiKeys(manager, scope);
    this.sessions = new Sessions(manager, scope);
    this.trail = new AuditEvents(manager, scope);
  }
}
