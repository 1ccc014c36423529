import type { UserView } from '../../storage/stores/users.js';
import type { SessionTokenPair, SessionUser } from './session.schemas.js';
import type { IssuedSession } from './session.service.js';

/** A session as it is answered: the one time its tokens are shown. */
export function toTokens(issued: IssuedSession): SessionTokenPair {
  return {
    access_token: issued.accessToken,
    refresh_token: issued.refreshToken.reveal(),
    token_type: 'Bearer',
    expires_in: issued.expiresInSeconds,
    user: toUser(issued.user),
  };
}

export function toUser(user: UserView): SessionUser {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    tenant_id: user.tenantId,
    role: user.role,
    status: user.status,
    two_factor_enabled: user.twoFactorEnabled,
    email_verified_at: user.emailVerifiedAt?.toISOString() ?? null,
    created_at: user.createdAt.toISOString(),
  };
}
