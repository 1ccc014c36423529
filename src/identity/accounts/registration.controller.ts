import { HttpStatus, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PubliclyAdmitted } from '../../gate/admitted.decorator.js';
import { Public } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { Refuses } from '../../gate/refusals.decorator.js';
import { AnswersWith, ValidBody } from '../../gate/validation.js';
import type { PublicAdmission } from '../../kernel/admission.js';
import { Secret } from '../../kernel/secret.js';
import { toTokens } from '../sessions/session-answers.js';
import type { SessionTokenPair } from '../sessions/session.schemas.js';
import { Accepted, InvitationAcceptance, Registration, RegistrationResult } from './account.schemas.js';
import { InvitationAcceptanceService } from './invitation-acceptance.service.js';
import { RegistrationService } from './registration.service.js';

@ApiTags('account')
@OwnApi('auth')
export class RegistrationController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly acceptance: InvitationAcceptanceService,
  ) {}

  @Post('register')
  @Public('whoever registers is not known yet', { attempt: true })
  @ApiOperation({
    summary: 'Make an account, with a tenant of its own',
    description:
      'The answer is the same whether or not the address has an account; the mail says. A surface whose document promises a token answers with one at once.',
  })
  @AnswersWith(RegistrationResult, 202)
  @Refuses(400, 'The invitation is not good', 'INVALID_TOKEN')
  @Refuses(403, 'Not everybody may register', 'REGISTRATION_CLOSED', 'INVITATION_REQUIRED')
  @Refuses(409, 'Only where a token is answered at once', 'NOT_REGISTERED')
  @Refuses(503, 'Mail can’t be sent', 'MAIL_NOT_CONFIGURED')
  async register(
    @PubliclyAdmitted() admission: PublicAdmission,
    @ValidBody(Registration) body: Registration,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RegistrationResult | SessionTokenPair> {
    const { email, name, company, invitation } = body;
    const password = new Secret(body.password);
    if (invitation !== undefined) {
      await this.acceptance.accept(admission, { token: new Secret(invitation), name, password, email });
      return { status: 'registered' };
    }
    const request = { email, name, company, password };
    if (admission.terms?.registerAnswersSession === true) {
      const session = await this.registration.registerAtOnce(admission, request);
      void reply.status(HttpStatus.CREATED).header('cache-control', 'no-store');
      return toTokens(session);
    }
    await this.registration.register(admission, request);
    return { status: 'check_your_mail' };
  }

  @Post('invitations/accept')
  @Public('the token that was mailed is the credential', { attempt: true })
  @ApiOperation({ summary: 'Accept an invitation with the token that was mailed' })
  @AnswersWith(Accepted)
  @Refuses(
    400,
    'The token is not good, or a password has to come along',
    'INVALID_TOKEN',
    'PASSWORD_REQUIRED',
  )
  @Refuses(409, 'The address is a member already', 'EMAIL_TAKEN')
  async accept(
    @PubliclyAdmitted() admission: PublicAdmission,
    @ValidBody(InvitationAcceptance) body: InvitationAcceptance,
  ): Promise<Accepted> {
    const password = body.password === undefined ? undefined : new Secret(body.password);
    const token = new Secret(body.token);
    const accepted = await this.acceptance.accept(admission, { token, name: body.name, password });
    return { tenant_id: accepted.tenantId, user_id: accepted.userId, email: accepted.email };
  }
}
