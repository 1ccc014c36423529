import { Module } from '@nestjs/common';
import { JwksController } from './jwks.controller.js';
import { LogIn } from './log-in.js';
import { SessionController } from './session.controller.js';
import { SessionService } from './session.service.js';

/** Log in, refresh, log out, who one is. Its dependencies are bound by the composition root. */
@Module({
  controllers: [SessionController, JwksController],
  providers: [LogIn, SessionService],
  exports: [SessionService],
})
export class SessionsModule {}
