import { Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Admitted } from '../../gate/admitted.decorator.js';
import { PageQuery, toCollection } from '../../gate/collection.js';
import { Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { Conflicts, Refuses } from '../../gate/refusals.decorator.js';
import { AnswersWith, IdParam, ValidBody, ValidQuery } from '../../gate/validation.js';
import type { Admission } from '../../kernel/admission.js';
import type { InvitationView } from '../../storage/stores/invitations.js';
import { Invitation, InvitationList, NewInvitation } from './invitation.schemas.js';
import { InvitationService } from './invitation.service.js';

@ApiTags('users')
@OwnApi('admin/invitations')
export class InvitationsController {
  constructor(private readonly invitations: InvitationService) {}

  @Get()
  @Requires('admin.users')
  @ApiOperation({ summary: 'List invitations, whatever became of them' })
  @AnswersWith(InvitationList)
  async list(
    @Admitted() admission: Admission,
    @ValidQuery(PageQuery) query: PageQuery,
  ): Promise<InvitationList> {
    const page = { after: query.cursor, limit: query.limit };
    return toCollection(await this.invitations.list(admission, page), written);
  }

  @Post()
  @Requires('admin.users', { persists: true })
  @ApiOperation({
    summary: 'Invite somebody to the tenant',
    description:
      'The token is mailed and shown nowhere. It is good for 7 days, once, and while its inviter could still give the role.',
  })
  @AnswersWith(Invitation, 201)
  @Conflicts('EMAIL_TAKEN')
  @Refuses(503, 'Mail can’t be sent', 'MAIL_NOT_CONFIGURED')
  async invite(
    @Admitted() admission: Admission,
    @ValidBody(NewInvitation) { email, role }: NewInvitation,
  ): Promise<Invitation> {
    return written(await this.invitations.invite(admission, email, role));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'The invitation is void.' })
  @Requires('admin.users')
  @ApiOperation({ summary: 'Revoke an invitation' })
  async revoke(@Admitted() admission: Admission, @IdParam('id', 'invitation') id: string): Promise<void> {
    await this.invitations.revoke(admission, id);
  }
}

function written(invitation: InvitationView): Invitation {
  return {
    id: invitation.id,
    email: invitation.email,
    role: invitation.role,
    status: invitation.state,
    invited_by: invitation.invitedBy,
    created_at: invitation.createdAt.toISOString(),
    expires_at: invitation.expiresAt.toISOString(),
  };
}
