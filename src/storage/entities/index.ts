import { ApiKeyEntity } from './api-key.entity.js';
import { AuditEventEntity } from './audit-event.entity.js';
import { BuiltInPermissionEntity } from './built-in-permission.entity.js';
import { InstallationEntity } from './installation.entity.js';
import { MembershipEntity } from './membership.entity.js';
import { RefreshTokenEntity } from './refresh-token.entity.js';
import { RolePermissionEntity } from './role-permission.entity.js';
import { RoleEntity } from './role.entity.js';
import { SessionEntity } from './session.entity.js';
import { SigningKeyEntity } from './signing-key.entity.js';
import { TenantFeatureEntity } from './tenant-feature.entity.js';
import { TenantEntity } from './tenant.entity.js';
import { UserEntity } from './user.entity.js';

export const entities = [
  ApiKeyEntity,
  AuditEventEntity,
  BuiltInPermissionEntity,
  InstallationEntity,
  MembershipEntity,
  RefreshTokenEntity,
  RoleEntity,
  RolePermissionEntity,
  SessionEntity,
  SigningKeyEntity,
  TenantEntity,
  TenantFeatureEntity,
  UserEntity,
];
