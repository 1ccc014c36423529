import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { mayGive } from '../../access/grant-rules.js';
import { changeRecord } from '../../gate/change-record.js';
import { AccountMails, newMailedToken } from '../../identity/accounts/account-mails.js';
import { ACCOUNT_OPTIONS, type AccountOptions } from '../../identity/accounts/account-options.js';
import { Errands } from '../../identity/accounts/errands.js';
import { MAILER, requireMail, type Mailer } from '../../identity/mail/mailer.js';
import type { Admission } from '../../kernel/admission.js';
import { Denial } from '../../kernel/denial.js';
import { emailKey } from '../../kernel/email.js';
import { userIdOf } from '../../kernel/principal.js';
import { Problem } from '../../kernel/problem.js';
import { Database } from '../../storage/database.js';
import type { InvitationView } from '../../storage/stores/invitations.js';
import type { Page, Slice } from '../../storage/stores/page.js';

const lifetimeSeconds = 7 * 24 * 60 * 60;

/** Invitations into a tenant. The token goes to the mailbox alone: who invites must not be able to accept. */
@Injectable()
export class InvitationService {
  readonly #mails: AccountMails;

  constructor(
    private readonly database: Database,
    private readonly errands: Errands,
    @Inject(MAILER) private readonly mailer: Mailer,
    @Inject(ACCOUNT_OPTIONS) options: AccountOptions,
  ) {
    this.#mails = new AccountMails(options.publicUrl);
  }

  async list(admission: Admission, page: Page): Promise<Slice<InvitationView>> {
    return this.database.within(admission.scope, (stores) => stores.invitations.list(page));
  }

  /**
   * Invites an address to a role. Whatever was open for it in this tenant is void. That the role may be given is judged
   * now, and again when it is accepted.
   * @throws Problem 400 for an unknown role, 403 for one that holds more than the caller (G7), 409 for a user of this
   *   tenant, 503 when no mail can be sent
   */
  async invite(admission: Admission, email: string, roleName: string): Promise<InvitationView> {
    requireMail(this.mailer);
    const { principal, scope } = admission;
    const invitedBy = userIdOf(principal);
    if (invitedBy === undefined) throw nobodyInvites();
    const keyId = principal.kind === 'api-key' ? principal.credentialId : null;
    const id = uuidv7();
    const token = newMailedToken();
    const { invitation, tenantName } = await this.database.within(scope, async (stores) => {
      const named = await stores.roles.findByName(roleName);
      const role = named && (await stores.roles.hold([named.id], 'to-judge')).get(named.id);
      if (role === undefined) throw unknownRole(roleName);
      mayGive(admission.permissions, role.permissions);
      const key = emailKey(email);
      if (await stores.users.isMember(key)) throw emailTaken();
      const row = { id, email, emailKey: key, roleId: role.id, digest: token.digest() };
      await stores.invitations.create({ ...row, invitedBy, keyId, lifetimeSeconds });
      await stores.trail.record(
        changeRecord(admission, 'invitation.created', id, { email, role: role.name }),
      );
      const tenant = await stores.tenants.find(scope.tenantId);
      return { invitation: found(await stores.invitations.find(id)), tenantName: tenant?.name ?? '' };
    });
    this.errands.run(() => this.mailer.send(this.#mails.invitation(email, tenantName, token)));
    return invitation;
  }

  /** @throws Problem (404) for one that isn't open any more, too */
  async revoke(admission: Admission, id: string): Promise<void> {
    await this.database.within(admission.scope, async (stores) => {
      if (!(await stores.invitations.revoke(id))) throw Problem.notFound('invitation');
      await stores.trail.record(changeRecord(admission, 'invitation.revoked', id));
    });
  }
}

function found(invitation: InvitationView | undefined): InvitationView {
  if (invitation === undefined) throw Problem.notFound('invitation');
  return invitation;
}

function unknownRole(name: string): Problem {
  return Problem.invalid([{ field: 'role', message: `there is no role ${name} in this tenant` }]);
}

function emailTaken(): Problem {
  return Problem.conflict('EMAIL_TAKEN', 'A user of this tenant has this e-mail address.');
}

/** What an invitation gives is judged by its inviter's live role, so there has to be somebody. */
function nobodyInvites(): Denial {
  return Denial.refused('USER_REQUIRED', 'Only a user may invite; this credential stands for none.');
}
