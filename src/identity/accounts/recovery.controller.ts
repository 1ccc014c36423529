import { HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Admitted, PubliclyAdmitted } from '../../gate/admitted.decorator.js';
import { Public, Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { Refuses } from '../../gate/refusals.decorator.js';
import { AnswersWith, ValidBody } from '../../gate/validation.js';
import type { Admission, PublicAdmission } from '../../kernel/admission.js';
import { Secret } from '../../kernel/secret.js';
import {
  AddressBody,
  EmailVerification,
  MailSent,
  PasswordChange,
  PasswordReset,
} from './account.schemas.js';
import { PasswordChangeService } from './password-change.service.js';
import { RecoveryService } from './recovery.service.js';
import { VerificationService } from './verification.service.js';

const sent: MailSent = { status: 'check_your_mail' };

/** Passwords and addresses, and the mail that proves them. */
@ApiTags('account')
@OwnApi('auth')
export class RecoveryController {
  constructor(
    private readonly recovery: RecoveryService,
    private readonly verification: VerificationService,
    private readonly passwords: PasswordChangeService,
  ) {}

  @Post('password/forgot')
  @Public('whoever forgot a password has no credential', { attempt: true })
  @ApiOperation({
    summary: 'Have a link mailed to choose a new password with',
    description: 'The answer is the same, and comes as soon, whether or not the address has an account.',
  })
  @AnswersWith(MailSent, 202)
  @Refuses(503, 'Mail can’t be sent', 'MAIL_NOT_CONFIGURED')
  forgot(
    @PubliclyAdmitted() admission: PublicAdmission,
    @ValidBody(AddressBody) { email }: AddressBody,
  ): MailSent {
    this.recovery.forgot(admission, email);
    return sent;
  }

  @Post('password/reset')
  @HttpCode(204)
  @Public('the token that was mailed is the credential', { attempt: true })
  @ApiNoContentResponse({ description: 'The password is the new one, and all sessions have ended.' })
  @ApiOperation({ summary: 'Choose a new password with the token that was mailed' })
  @Refuses(400, 'The token is not good', 'INVALID_TOKEN')
  async reset(
    @PubliclyAdmitted() admission: PublicAdmission,
    @ValidBody(PasswordReset) body: PasswordReset,
  ): Promise<void> {
    await this.recovery.reset(admission, new Secret(body.token), new Secret(body.new_password));
  }

  @Post('password/change')
  @HttpCode(204)
  @Requires(undefined, { session: true, ownAccount: true })
  @ApiNoContentResponse({ description: 'The password is the new one, and all other sessions have ended.' })
  @ApiOperation({ summary: 'Change one’s own password' })
  @Refuses(403, 'The current password is wrong', 'REAUTHENTICATION_FAILED')
  @Refuses(429, 'Too many wrong passwords', 'LOCKED_OUT')
  async change(
    @Admitted() admission: Admission,
    @ValidBody(PasswordChange) body: PasswordChange,
  ): Promise<void> {
    const [current, next] = [new Secret(body.current_password), new Secret(body.new_password)];
    await this.passwords.change(admission, current, next);
  }

  @Post('email/verify')
  @HttpCode(204)
  @Public('the token that was mailed is the credential', { attempt: true })
  @ApiNoContentResponse({ description: 'The address is verified.' })
  @ApiOperation({ summary: 'Prove an address with the token that was mailed' })
  @Refuses(
    400,
    'The token is not good, or a password has to come along',
    'INVALID_TOKEN',
    'PASSWORD_REQUIRED',
  )
  async verify(
    @PubliclyAdmitted() admission: PublicAdmission,
    @ValidBody(EmailVerification) { token, password }: EmailVerification,
  ): Promise<void> {
    const chosen = password === undefined ? undefined : new Secret(password);
    await this.verification.verify(admission, new Secret(token), chosen);
  }

  @Post('email/resend')
  @Public('who has not verified an address may not be able to log in', { attempt: true })
  @ApiOperation({
    summary: 'Have the link that proves an address mailed again',
    description: 'The answer is the same, and comes as soon, whether or not the address has an account.',
  })
  @AnswersWith(MailSent, 202)
  @Refuses(503, 'Mail can’t be sent', 'MAIL_NOT_CONFIGURED')
  resend(
    @PubliclyAdmitted() admission: PublicAdmission,
    @ValidBody(AddressBody) { email }: AddressBody,
  ): MailSent {
    this.verification.resend(admission, email);
    return sent;
  }
}
