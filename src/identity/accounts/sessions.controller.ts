import { Delete, Get, HttpCode } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Admitted } from '../../gate/admitted.decorator.js';
import { PageQuery, toCollection } from '../../gate/collection.js';
import { Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { AnswersWith, IdParam, ValidQuery } from '../../gate/validation.js';
import type { Admission } from '../../kernel/admission.js';
import { OwnSessionList } from './account.schemas.js';
import { OwnSessionsService } from './own-sessions.service.js';

@ApiTags('account')
@OwnApi('auth/sessions')
export class OwnSessionsController {
  constructor(private readonly sessions: OwnSessionsService) {}

  @Get()
  @Requires(undefined, { session: true, ownAccount: true })
  @ApiOperation({ summary: 'List one’s own sessions in this tenant' })
  @AnswersWith(OwnSessionList)
  async list(
    @Admitted() admission: Admission,
    @ValidQuery(PageQuery) query: PageQuery,
  ): Promise<OwnSessionList> {
    const page = { after: query.cursor, limit: query.limit };
    return toCollection(await this.sessions.list(admission, page), (session) => ({
      id: session.id,
      current: session.id === admission.principal.credentialId,
      methods: [...session.amr],
      source_address: session.sourceAddress,
      user_agent: session.userAgent,
      created_at: session.createdAt.toISOString(),
      expires_at: session.expiresAt.toISOString(),
    }));
  }

  @Delete()
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'All sessions have ended, this one too.' })
  @Requires(undefined, { session: true, ownAccount: true })
  @ApiOperation({ summary: 'Log out everywhere, in all tenants' })
  async endAll(@Admitted() admission: Admission): Promise<void> {
    await this.sessions.endAll(admission);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'The session has ended.' })
  @Requires(undefined, { session: true, ownAccount: true })
  @ApiOperation({ summary: 'End one of one’s own sessions' })
  async end(@Admitted() admission: Admission, @IdParam('id', 'session') id: string): Promise<void> {
    await this.sessions.end(admission, id);
  }
}
