import { Delete, HttpCode } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Admitted } from '../../gate/admitted.decorator.js';
import { Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { Conflicts } from '../../gate/refusals.decorator.js';
import { IdParam } from '../../gate/validation.js';
import type { Admission } from '../../kernel/admission.js';
import { SecondFactorResetService } from './second-factor-reset.service.js';

@ApiTags('users')
@OwnApi('admin/users/:id/second-factor')
export class SecondFactorResetController {
  constructor(private readonly resets: SecondFactorResetService) {}

  @Delete()
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'The second factor is gone, and the account’s sessions have ended.' })
  @Requires('admin.users', { persists: true })
  @ApiOperation({
    summary: 'Reset a user’s second factor',
    description: 'Only where the account has its home, and not one’s own. Ends all sessions of the account.',
  })
  @Conflicts('TWO_FACTOR_NOT_ENABLED')
  async reset(@Admitted() admission: Admission, @IdParam('id', 'user') id: string): Promise<void> {
    await this.resets.reset(admission, id);
  }
}
