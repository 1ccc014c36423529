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
import { toTokens, toUser } from './session-answers.js';
import { CurrentUser, LoginBody, RefreshBody, SessionTokenPair } from './session.schemas.js';
import { SessionService } from './session.service.js';

@ApiTags('account')
@OwnApi('auth')
export class SessionController {
  constructor(private readonly sessions: SessionService) {}

  @Post('login')
  @Header('cache-control', 'no-store')
  @Public('whoever logs in has no credential yet', { attempt: true })
  @ApiOperation({
    summary: 'Log in',
    description:
      'Starts a session in the tenant named, or in the account’s home. With a second factor enabled, totp_code is required: without it the ' +
      'answer to the right password is 401 TOTP_REQUIRED, and nothing but the same log-in with the code leads on.',
  })
  @AnswersWith(SessionTokenPair)
  @Refuses(
    401,
    'The address or the password is wrong, or the account is closed; once both are right, the code of the second factor is missing or wrong',
    'INVALID_CREDENTIALS',
    'TOTP_REQUIRED',
    'TOTP_INVALID',
  )
  @Refuses(429, 'Too many wrong answers', 'LOCKED_OUT')
  async logIn(
    @PubliclyAdmitted() admission: PublicAdmission,
    @ValidBody(LoginBody) body: LoginBody,
  ): Promise<SessionTokenPair> {
    const { email, tenant_id: tenantId, totp_code: totpCode } = body;
    const password = new Secret(body.password);
    return toTokens(await this.sessions.logIn(admission, { email, password, tenantId, totpCode }));
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
    const { user, tenant } = await this.sessions.me(admission, userId);
    return {
      ...toUser(user),
      tenant: { name: tenant.name, features: [...tenant.features] },
      permissions: admission.permissions.names(),
    };
  }
}
