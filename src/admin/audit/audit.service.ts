import { Injectable } from '@nestjs/common';
import type { Admission } from '../../kernel/admission.js';
import { Database } from '../../storage/database.js';
import type { AuditEventView, AuditFilter, AuditPlace } from '../../storage/stores/audit-events.js';
import { toSlice, type Slice } from '../../storage/stores/page.js';
import { placeText } from './audit-cursor.js';

/** A tenant's part of the trail, for reading. */
@Injectable()
export class AuditService {
  constructor(private readonly database: Database) {}

  /** Newest first. @param before where the page before this one ended */
  async list(
    admission: Admission,
    filter: AuditFilter,
    before: AuditPlace | undefined,
    limit: number,
  ): Promise<Slice<AuditEventView>> {
    return this.database.within(admission.scope, async (stores) => {
      const events = await stores.trail.list(filter, before, limit + 1);
      return toSlice(events, limit, (event) => placeText(event.place));
    });
  }
}
