import { Module } from '@nestjs/common';
import { Reauthentication } from './reauthentication.js';
import { SecondFactorController } from './second-factor.controller.js';
import { SecondFactorService } from './second-factor.service.js';
import { StepUpController } from './step-up.controller.js';

/** One's own second factor. Its dependencies are bound by the composition root. */
@Module({
  controllers: [SecondFactorController, StepUpController],
  providers: [Reauthentication, SecondFactorService],
})
export class SecondFactorModule {}
