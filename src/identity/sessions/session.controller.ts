import { Get, Header, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Admitted, PubliclyAdmitted } from '../../gate/admitted.decorator.js';
import { Public, Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { Refuses } from '../../gate/refusals.decorator.js';
import { AnswersWith, ValidBody } from '../../gate/validation.js';
import type { Admission, PublicAdmission } from '../../kernel/admission.js';
import { userIdOf } from '../../kernel/principal.js';
import { Problem } from '../../kernel/problem.js';
import { Secret } from '../../kernel/secret.js';
import type { UserView } from '../../storage/stores/users.js';
import {
  CurrentUser,
  LoginBody,
  RefreshBody,
  SessionTokenPair,
  type SessionUser,
} from './session.schemas.js';
import { SessionService, type IssuedSession } from './session.service.js';

@ApiTags('account')
@OwnApi('auth')
export class SessionController {
  constructor(private readonly sessions: SessionService) {}

  @Post('login')
  @Header('cache-control', 'no-store')
  @Public('whoever logs in has no credential yet', { attempt: true })
  @ApiOperation({
    summary: 'Log in',
    description: 'Starts a session in the tenant named, or in the account’s home.',
  })
  @AnswersWith(SessionTokenPair)
  @Refuses(401, 'The address or the password is wrong, or the account is closed', 'INVALID_CREDENTIALS')
  async logIn(
    @PubliclyAdmitted() admission: PublicAdmission,
    @ValidBody(LoginBody) body: LoginBody,
  ): Promise<SessionTokenPair> {
    const { email, password, tenant_id: tenantId } = body;
    return toTokens(
      await this.sessions.logIn(admission, { email, password: new Secret(password), tenantId }),
    );
  }

  @Post('refresh')
  @Header('cache-control', 'no-store')
  @Public('the refresh token in the body is the credential')
  @ApiOperation({ summary: 'Exchange a refresh token for the next pair of tokens' })
  @AnswersWith(SessionTokenPair)
  @Refuses(401, 'The refresh token is unknown or used up, or its session has ended', 'UNAUTHORIZED')
  async refresh(
    @PubliclyAdmitted() admission: PublicAdmission,
    @ValidBody(RefreshBody) body: RefreshBody,
  ): Promise<SessionTokenPair> {
    return toTokens(await this.sessions.refresh(admission, new Secret(body.refresh_token)));
  }

  @Post('logout')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'The session has ended.' })
  @Requires(undefined, { session: true, ownAccount: true })
  @ApiOperation({ summary: 'End this session' })
  async logOut(@Admitted() admission: Admission): Promise<void> {
    await this.sessions.logOut(admission);
  }

  @Get('me')
  @Requires(undefined, { ownAccount: true })
  @ApiOperation({ summary: 'Who one is, and what one may do here' })
  @AnswersWith(CurrentUser)
  async me(@Admitted() admission: Admission): Promise<CurrentUser> {
    const userId = userIdOf(admission.principal);
    if (userId === undefined) throw Problem.notFound('user');
    return {
      ...toUser(await this.sessions.me(admission, userId)),
      permissions: admission.permissions.names(),
    };
  }
}

function toTokens(issued: IssuedSession): SessionTokenPair {
  return {
    access_token: issued.accessToken,
    refresh_token: issued.refreshToken.reveal(),
    token_type: 'Bearer',
    expires_in: issued.expiresInSeconds,
    user: toUser(issued.user),
  };
}

function toUser(user: UserView): SessionUser {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    tenant_id: user.tenantId,
    role: user.role,
    status: user.status,
    email_verified_at: user.emailVerifiedAt?.toISOString() ?? null,
    created_at: user.createdAt.toISOString(),
  };
}
