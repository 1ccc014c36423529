import { AccountTokenEntity } from './account-token.entity.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { AuditEventEntity } from './audit-event.entity.js';
import { BackupCodeEntity } from './backup-code.entity.js';
import { BuiltInPermissionEntity } from './built-in-permission.entity.js';
import { InstallationEntity } from './installation.entity.js';
import { InvitationEntity } from './invitation.entity.js';
import { LoginAttemptEntity } from './login-attempt.entity.js';
import { MembershipEntity } from './membership.entity.js';
import { RefreshTokenEntity } from './refresh-token.entity.js';
import { RolePermissionEntity } from './role-permission.entity.js';
import { RoleEntity } from './role.entity.js';
import { SessionEntity } from './session.entity.js';
import { SigningKeyEntity } from './signing-key.entity.js';
import { TenantFeatureEntity } from './tenant-feature.entity.js';
import { TenantEntity } from './tenant.entity.js';
import { TotpSecretEntity } from './totp-secret.entity.js';
import { UserEntity } from './user.entity.js';

export const entities = [
  AccountTokenEntity,
  ApiKeyEntity,
  AuditEventEntity,
  BackupCodeEntity,
  BuiltInPermissionEntity,
  InstallationEntity,
  InvitationEntity,
  LoginAttemptEntity,
  MembershipEntity,
  RefreshTokenEntity,
  RoleEntity,
  RolePermissionEntity,
  SessionEntity,
  SigningKeyEntity,
  TenantEntity,
  TenantFeatureEntity,
  TotpSecretEntity,
  UserEntity,
];
