import type { EntityManager } from 'typeorm';
import type { TenantScope } from '../../kernel/tenant-scope.js';
import { AccountCredentials } from './account-credentials.js';
import { ApiKeys } from './api-keys.js';
import { AuditEvents } from './audit-events.js';
import { InstallationStore } from './installation-store.js';
import { Invitations } from './invitations.js';
import { Roles } from './roles.js';
import { SecondFactors } from './second-factors.js';
import { Sessions } from './sessions.js';
import { Tenants } from './tenants.js';
import { Users } from './users.js';

/** Everything one transaction in one tenant can touch. There is no way to a store but through a scope. */
export class Stores {
  readonly installation: InstallationStore;
  readonly accounts: AccountCredentials;
  readonly invitations: Invitations;
  readonly tenants: Tenants;
  readonly users: Users;
  readonly roles: Roles;
  readonly keys: ApiKeys;
  readonly secondFactors: SecondFactors;
  readonly sessions: Sessions;
  readonly trail: AuditEvents;

  constructor(manager: EntityManager, scope: TenantScope) {
    this.installation = new InstallationStore(manager, scope);
    this.accounts = new AccountCredentials(manager, scope);
    this.invitations = new Invitations(manager, scope);
    this.tenants = new Tenants(manager, scope);
    this.users = new Users(manager, scope);
    this.roles = new Roles(manager, scope);
    this.keys = new ApiKeys(manager, scope);
    this.secondFactors = new SecondFactors(manager, scope);
    this.sessions = new Sessions(manager, scope);
    this.trail = new AuditEvents(manager, scope);
  }
}
