import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../gate/demand.decorator.js';
import { AnswersWith } from '../../gate/validation.js';
import { JwkSet } from './session.schemas.js';

export const PUBLIC_KEYS = Symbol('public keys');

/** The public halves of the keys that sign our tokens. Bound to the key ring by the composition root. */
export interface PublicKeys {
  jwks(): { keys: object[] };
}

@ApiTags('account')
@Controller('.well-known')
export class JwksController {
  constructor(@Inject(PUBLIC_KEYS) private readonly keys: PublicKeys) {}

  @Get('jwks.json')
  @Public('anybody may verify our tokens', { unrecorded: 'public keys, the same for everybody' })
  @ApiOperation({ summary: 'Keys that verify session tokens' })
  @AnswersWith(JwkSet)
  jwks(): { keys: object[] } {
    return this.keys.jwks();
  }
}
