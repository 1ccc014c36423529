import { Header, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Admitted } from '../../gate/admitted.decorator.js';
import { Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { Conflicts, Refuses } from '../../gate/refusals.decorator.js';
import { AnswersWith, ValidBody } from '../../gate/validation.js';
import type { Admission } from '../../kernel/admission.js';
import { BackupCodes, DisableBody, SecondFactorSetup, VerifyBody } from './second-factor.schemas.js';
import { SecondFactorService } from './second-factor.service.js';

const ownSession = { session: true, ownAccount: true } as const;
const wrong = 'The password or the code is wrong';

@ApiTags('account')
@OwnApi('auth/2fa')
export class SecondFactorController {
  constructor(private readonly factors: SecondFactorService) {}

  @Post('setup')
  @Header('cache-control', 'no-store')
  @Requires(undefined, ownSession)
  @ApiOperation({
    summary: 'Set up a second factor',
    description: 'It counts once a code of it has been verified. One that is enabled is never overwritten.',
  })
  @AnswersWith(SecondFactorSetup)
  @Conflicts('TWO_FACTOR_ENABLED')
  async setUp(@Admitted() admission: Admission): Promise<SecondFactorSetup> {
    const { secret, url, qrCode } = await this.factors.setUp(admission);
    return { secret, qr_code_url: url, qr_code: qrCode };
  }

  @Post('verify')
  @Header('cache-control', 'no-store')
  @Requires(undefined, ownSession)
  @ApiOperation({
    summary: 'Enable the second factor that was set up',
    description: 'Ends the account’s other sessions.',
  })
  @AnswersWith(BackupCodes)
  @Refuses(403, wrong, 'REAUTHENTICATION_FAILED')
  @Conflicts('TWO_FACTOR_ENABLED', 'TWO_FACTOR_NOT_SET_UP')
  async verify(
    @Admitted() admission: Admission,
    @ValidBody(VerifyBody) body: VerifyBody,
  ): Promise<BackupCodes> {
    return { backup_codes: await this.factors.enable(admission, body.code) };
  }

  @Post('disable')
  @HttpCode(204)
  @ApiNoContentResponse({
    description: 'The second factor is gone, and so are the account’s other sessions.',
  })
  @Requires(undefined, ownSession)
  @ApiOperation({ summary: 'Disable the second factor' })
  @Refuses(403, wrong, 'REAUTHENTICATION_FAILED')
  @Refuses(429, 'Too many wrong answers', 'LOCKED_OUT')
  @Conflicts('TWO_FACTOR_NOT_ENABLED')
  async disable(@Admitted() admission: Admission, @ValidBody(DisableBody) body: DisableBody): Promise<void> {
    await this.factors.disable(admission, body);
  }

  @Post('backup-codes')
  @Header('cache-control', 'no-store')
  @Requires(undefined, ownSession)
  @ApiOperation({ summary: 'Replace the backup codes', description: 'All earlier ones stop working.' })
  @AnswersWith(BackupCodes)
  @Refuses(403, wrong, 'REAUTHENTICATION_FAILED')
  @Refuses(429, 'Too many wrong answers', 'LOCKED_OUT')
  @Conflicts('TWO_FACTOR_NOT_ENABLED')
  async renewBackupCodes(
    @Admitted() admission: Admission,
    @ValidBody(DisableBody) body: DisableBody,
  ): Promise<BackupCodes> {
    return { backup_codes: await this.factors.renewBackupCodes(admission, body) };
  }
}
