import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../identity/api-keys/api-keys.module.js';
import { AccountsModule } from '../identity/accounts/accounts.module.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditService } from './audit/audit.service.js';
import { InvitationService } from './invitations/invitation.service.js';
import { InvitationsController } from './invitations/invitations.controller.js';
import { PermissionsController } from './permissions/permissions.controller.js';
import { RoleService } from './roles/role.service.js';
import { RolesController } from './roles/roles.controller.js';
import { TenantService } from './tenants/tenant.service.js';
import { TenantsController } from './tenants/tenants.controller.js';
import { UserKeysController } from './user-keys/user-keys.controller.js';
import { SecondFactorResetController } from './users/second-factor-reset.controller.js';
import { SecondFactorResetService } from './users/second-factor-reset.service.js';
import { UserService } from './users/user.service.js';
import { UsersController } from './users/users.controller.js';

/** What admins do, for their tenant and (in the operator tenant) for the installation. */
@Module({
  imports: [AccountsModule, ApiKeysModule],
  controllers: [
    AuditController,
    InvitationsController,
    PermissionsController,
    RolesController,
    SecondFactorResetController,
    TenantsController,
    UserKeysController,
    UsersController,
  ],
  providers: [
    AuditService,
    InvitationService,
    RoleService,
    SecondFactorResetService,
    TenantService,
    UserService,
  ],
})
export class AdminModule {}
