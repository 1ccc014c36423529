import type { ChangeRecord } from '../../audit/audit-event.js';
import { auditParameters, insertAuditRows } from '../audit-row.js';
import { AuditEventEntity } from '../entities/audit-event.entity.js';
import { TenantStore } from './tenant-store.js';

export interface AuditFilter {
  readonly kind?: AuditEventEntity['kind'];
  readonly userId?: string;
  readonly credentialId?: string;
  readonly action?: string;
  readonly decision?: 'allow' | 'deny';
  readonly code?: string;
  readonly correlationId?: string;
  readonly from?: Date;
  readonly to?: Date;
}

/** A place in the trail. Times are microseconds since 1970 as text: a JavaScript date would cut them off. */
export interface AuditPlace {
  readonly at: string;
  readonly id: string;
}

export type AuditEventView = Omit<AuditEventEntity, 'at'> & { readonly at: Date; readonly place: AuditPlace };

/** A tenant's part of the trail. The operator tenant also sees what happened before any tenant was known. */
export class AuditEvents extends TenantStore {
  /** Writes the record of a change in the transaction of the change itself: both or neither. */
  async record(change: ChangeRecord): Promise<void> {
    await this.manager.query(insertAuditRows, auditParameters([change]));
  }

  /** Newest first. */
  async list(filter: AuditFilter, before: AuditPlace | undefined, limit: number): Promise<AuditEventView[]> {
    const micros = `(extract(epoch FROM event.at) * 1000000)::bigint`;
    const query = this.manager
      .createQueryBuilder(AuditEventEntity, 'event')
      .addSelect(micros, 'micros')
      .where(
        this.scope.operator
          ? '(event.tenantId = :tenantId OR event.tenantId IS NULL)'
          : 'event.tenantId = :tenantId',
      )
      .setParameters(this.own())
      .orderBy('event.at', 'DESC')
      .addOrderBy('event.id', 'DESC')
      .limit(limit);
    const { from, to, ...equal } = filter;
    for (const [name, value] of Object.entries(equal)) {
      if (value !== undefined) query.andWhere(`event.${name} = :${name}`, { [name]: value });
    }
    if (from !== undefined) query.andWhere('event.at >= :from', { from });
    if (to !== undefined) query.andWhere('event.at < :to', { to });
    if (before !== undefined) {
      const moment = `(timestamptz 'epoch' + make_interval(secs => 0) + :at::bigint * interval '1 microsecond')`;
      query.andWhere(`(event.at, event.id) < (${moment}, :id)`, before);
    }
    const { entities, raw } = await query.getRawAndEntities<{ micros: string }>();
    return entities.map((event, index) =>
      Object.assign(event, { place: { at: raw[index]?.micros ?? '', id: event.id } }),
    );
  }
}
