import { Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Admitted } from '../../gate/admitted.decorator.js';
import { toCollection } from '../../gate/collection.js';
import { Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { AnswersWith, ValidQuery } from '../../gate/validation.js';
import type { Admission } from '../../kernel/admission.js';
import type { AuditEventView, AuditFilter } from '../../storage/stores/audit-events.js';
import { AuditEventList, AuditQuery, type AuditEvent } from './audit.schemas.js';
import { AuditService } from './audit.service.js';

@ApiTags('audit')
@OwnApi('admin/audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @Requires('admin.audit')
  @ApiOperation({
    summary: 'Read the audit trail',
    description: 'Newest first. Reading it is recorded as well.',
  })
  @AnswersWith(AuditEventList)
  async list(
    @Admitted() admission: Admission,
    @ValidQuery(AuditQuery) query: AuditQuery,
  ): Promise<AuditEventList> {
    return toCollection(
      await this.audit.list(admission, filterOf(query), query.cursor, query.limit),
      written,
    );
  }
}

function filterOf(query: AuditQuery): AuditFilter {
  const { kind, action, decision, code, from, to } = query;
  const { user_id: userId, credential_id: credentialId, correlation_id: correlationId } = query;
  return { kind, action, decision, code, from, to, userId, credentialId, correlationId };
}

function written(event: AuditEventView): AuditEvent {
  return {
    id: event.id,
    at: event.at.toISOString(),
    kind: event.kind,
    request_id: event.requestId,
    correlation_id: event.correlationId,
    tenant_id: event.tenantId,
    scheme: event.scheme,
    principal: event.principal,
    user_id: event.userId,
    credential_id: event.credentialId,
    door: event.door,
    action: event.action,
    object: event.object,
    decision: event.decision,
    status: event.status,
    code: event.code,
    reason: event.reason,
    source_address: event.sourceAddress,
    user_agent: event.userAgent,
    details: event.details,
  };
}
