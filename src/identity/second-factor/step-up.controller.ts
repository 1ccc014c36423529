import { Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Admitted } from '../../gate/admitted.decorator.js';
import { Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { Conflicts, Refuses } from '../../gate/refusals.decorator.js';
import { AnswersWith, ValidBody } from '../../gate/validation.js';
import type { Admission } from '../../kernel/admission.js';
import { StepUpBody, SteppedUp } from './second-factor.schemas.js';
import { SecondFactorService } from './second-factor.service.js';

@ApiTags('account')
@OwnApi('auth/step-up')
export class StepUpController {
  constructor(private readonly factors: SecondFactorService) {}

  @Post()
  @Requires(undefined, { session: true, ownAccount: true })
  @ApiOperation({
    summary: 'Prove the second factor anew in this session',
    description: 'For what answers MFA_REQUIRED. The tokens stay the same.',
  })
  @AnswersWith(SteppedUp)
  @Refuses(403, 'The code is wrong', 'REAUTHENTICATION_FAILED')
  @Refuses(429, 'Too many wrong answers', 'LOCKED_OUT')
  @Conflicts('TWO_FACTOR_NOT_ENABLED')
  async stepUp(
    @Admitted() admission: Admission,
    @ValidBody(StepUpBody) body: StepUpBody,
  ): Promise<SteppedUp> {
    return { mfa_at: (await this.factors.stepUp(admission, body.totp_code)).toISOString() };
  }
}
