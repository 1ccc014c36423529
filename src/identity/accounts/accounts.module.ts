import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { Errands } from './errands.js';
import { InvitationAcceptanceService } from './invitation-acceptance.service.js';
import { OwnSessionsService } from './own-sessions.service.js';
import { PasswordChangeService } from './password-change.service.js';
import { RecoveryController } from './recovery.controller.js';
import { RecoveryService } from './recovery.service.js';
import { RegistrationController } from './registration.controller.js';
import { RegistrationService } from './registration.service.js';
import { OwnSessionsController } from './sessions.controller.js';
import { VerificationService } from './verification.service.js';

/** How people come by an account, prove their address, and keep their password and sessions. */
@Module({
  imports: [SessionsModule],
  controllers: [OwnSessionsController, RecoveryController, RegistrationController],
  providers: [
    Errands,
    InvitationAcceptanceService,
    OwnSessionsService,
    PasswordChangeService,
    RecoveryService,
    RegistrationService,
    VerificationService,
  ],
  exports: [Errands],
})
export class AccountsModule {}
