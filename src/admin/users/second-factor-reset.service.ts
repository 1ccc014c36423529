import { Injectable } from '@nestjs/common';
import { mayTouch } from '../../access/grant-rules.js';
import { PermissionCatalogue } from '../../access/permission-catalogue.js';
import { changeRecord } from '../../gate/change-record.js';
import type { Admission } from '../../kernel/admission.js';
import { userIdOf } from '../../kernel/principal.js';
import { Problem } from '../../kernel/problem.js';
import { Database } from '../../storage/database.js';

/** Takes a lost second factor off somebody's account, so that the password alone lets them in again. */
@Injectable()
export class SecondFactorResetService {
  constructor(
    private readonly database: Database,
    private readonly catalogue: PermissionCatalogue,
  ) {}

  /**
   * Removes a user's second factor and ends all of the account's sessions.
   * @throws Problem 403 for oneself, for a user who holds more than the caller, and for an account whose home is
   *   another tenant; 404; 409 when there is nothing to reset
   */
  async reset(admission: Admission, userId: string): Promise<void> {
    await this.database.within(admission.scope, async (stores) => {
      // In the order of a log-in, so that neither waits for the other in a circle.
      await stores.users.holdAccount(userId, 'to-change');
      const user = await stores.users.hold(userId, 'to-judge');
      if (user === undefined) throw Problem.notFound('user');
      // Or a stolen session would need neither password nor code to be rid of it.
      if (userIdOf(admission.principal) === userId) throw ownFactor();
      const role = (await stores.roles.hold([user.roleId], 'to-judge')).get(user.roleId);
      if (role === undefined) throw new Error(`user ${userId} has no role`);
      mayTouch(admission.permissions, role.permissions, this.catalogue);
      // Said before whose account it is: what stands in the user's own record gives nothing more away.
      if (!user.twoFactorEnabled) throw notEnabled();
      if (!(await stores.users.isAtHome(userId))) throw fromElsewhere();
      await stores.secondFactors.remove(userId);
      await stores.sessions.endAllOf(userId);
      await stores.trail.record(changeRecord(admission, 'second_factor.reset', userId));
    });
  }
}

function ownFactor(): Problem {
  return Problem.forbidden(
    'OWN_SECOND_FACTOR',
    'One’s own second factor is disabled with password and code, not reset.',
  );
}

function fromElsewhere(): Problem {
  return Problem.forbidden(
    'ACCOUNT_FROM_ELSEWHERE',
    'Only an admin of the tenant that is the account’s home resets its second factor.',
  );
}

function notEnabled(): Problem {
  return Problem.conflict('TWO_FACTOR_NOT_ENABLED', 'The user has no second factor enabled.');
}
