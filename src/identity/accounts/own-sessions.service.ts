import { Injectable } from '@nestjs/common';
import { changeRecord } from '../../gate/change-record.js';
import type { Admission } from '../../kernel/admission.js';
import { userIdOf } from '../../kernel/principal.js';
import { Problem } from '../../kernel/problem.js';
import { Database } from '../../storage/database.js';
import type { Page, Slice } from '../../storage/stores/page.js';
import type { SessionView } from '../../storage/stores/sessions.js';

/** One's own sessions: in the tenant one is in, and to end them, in all. */
@Injectable()
export class OwnSessionsService {
  constructor(private readonly database: Database) {}

  /** Those that are live in this tenant. */
  async list(admission: Admission, page: Page): Promise<Slice<SessionView>> {
    const userId = ownerOf(admission);
    return this.database.within(admission.scope, (stores) => stores.sessions.listOf(userId, page));
  }

  /** @throws Problem (404) for one that isn't one's own, or has ended */
  async end(admission: Admission, id: string): Promise<void> {
    const userId = ownerOf(admission);
    await this.database.within(admission.scope, async (stores) => {
      if (!(await stores.sessions.endOf(userId, id))) throw Problem.notFound('session');
      await stores.trail.record(changeRecord(admission, 'session.ended', id));
    });
  }

  /** Ends every session of one's own, also in other tenants, and the one that asks for it. */
  async endAll(admission: Admission): Promise<void> {
    const userId = ownerOf(admission);
    await this.database.within(admission.scope, async (stores) => {
      const ended = await stores.sessions.endAllOf(userId);
      await stores.trail.record(changeRecord(admission, 'session.all_ended', userId, { sessions: ended }));
    });
  }
}

function ownerOf({ principal }: Admission): string {
  const userId = userIdOf(principal);
  if (userId === undefined) throw Problem.notFound('session');
  return userId;
}
