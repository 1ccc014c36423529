import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { recordFor } from '../../gate/change-record.js';
import { scopes } from '../../gate/scopes.js';
import type { PublicAdmission } from '../../kernel/admission.js';
import { emailKey } from '../../kernel/email.js';
import { Problem } from '../../kernel/problem.js';
import type { Secret } from '../../kernel/secret.js';
import { Accounts } from '../../storage/accounts.js';
import { Database } from '../../storage/database.js';
import type { Stores } from '../../storage/stores/index.js';
import type { ClaimedInvitation } from '../../storage/stores/invitations.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { requireGoodPassword, requireOtherThanAddress } from './chosen-password.js';
import { invalidToken, mailboxActor } from './mailed-token.js';
import { passwordRequired } from './verification.service.js';

export interface Acceptance {
  readonly token: Secret;
  readonly name: string;
  /** For an account that isn't one's own yet; one that is keeps its password. */
  readonly password: Secret | undefined;
  /** Who accepts says which address they mean: then it must be the one invited. */
  readonly email?: string;
}

/** Where an invitation has led. */
export interface AcceptedInvitation {
  readonly userId: string;
  readonly tenantId: string;
  readonly email: string;
}

/** Turns an invitation into a membership, for whoever reads the mail of the address that was invited. */
@Injectable()
export class InvitationAcceptanceService {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly passwords: PasswordHasher,
  ) {}

  /**
   * Accepts an invitation: once, and only while its inviter could still give the role (G7). An address without an account
   * gets one; an account that was never verified is taken over by its mailbox, with a new password and without the
   * sessions it had; a verified one only becomes a member.
   * @throws Problem 400 for a token that isn't good any more; PASSWORD_REQUIRED; 409 for who is a member already. The
   *   token then stays good
   */
  async accept(admission: PublicAdmission, acceptance: Acceptance): Promise<AcceptedInvitation> {
    const { token, password, email } = acceptance;
    if (password !== undefined) requireGoodPassword(admission, password, 'password');
    const digest = token.digest();
    const place = await this.accounts.forInvitation(digest);
    if (place === undefined) throw invalidToken();
    if (email !== undefined && emailKey(email) !== emailKey(place.email)) throw invalidToken();
    if (password !== undefined) requireOtherThanAddress(password, place.email, 'password');
    const passwordHash = password === undefined ? null : await this.passwords.hash(password);
    const scope = scopes.ofMailedToken(place);
    return this.database.within(scope, async (stores) => {
      const invitation = await stores.invitations.claim(digest);
      if (invitation === undefined) throw invalidToken();
      await requireStillGiven(stores, invitation);
      const userId = await join(stores, invitation, acceptance.name, passwordHash);
      const actor = mailboxActor(scope, userId);
      const details = { user: userId, invited_by: invitation.invitedBy };
      await stores.trail.record(recordFor(admission, actor, 'invitation.accepted', invitation.id, details));
      return { userId, tenantId: scope.tenantId, email: invitation.email };
    });
  }
}

/** Nobody gives more than they hold, at the moment in which it is given: an inviter may have lost what they had then. */
async function requireStillGiven(stores: Stores, invitation: ClaimedInvitation): Promise<void> {
  const { roleId, invitedBy, keyId } = invitation;
  const role = (await stores.roles.hold([roleId], 'to-judge')).get(roleId);
  const standings = await stores.invitations.standingsOfInviter(invitedBy, keyId);
  const given = standings.some(
    ({ entered, permissions }) =>
      role !== undefined &&
      permissions.has('admin.users') &&
      (!entered || permissions.has('admin.settings')) &&
      permissions.covers(role.permissions),
  );
  if (!given) throw invalidToken();
}

/** @returns the id of the account, new or not, that is now a member and proven by its mailbox */
async function join(
  stores: Stores,
  { email, emailKey: key, roleId }: ClaimedInvitation,
  name: string,
  passwordHash: string | null,
): Promise<string> {
  const newId = uuidv7();
  const userId = await stores.users.add({ id: newId, email, emailKey: key, passwordHash, name, roleId });
  const account = await stores.accounts.hold(userId);
  if (account === undefined) throw new Error('a new member has no account');
  if (account.emailVerifiedAt !== null) {
    if (passwordHash !== null) throw keepsPassword();
    return userId;
  }
  if (passwordHash === null) throw passwordRequired();
  await stores.accounts.setPassword(userId, passwordHash, true);
  await stores.accounts.verifyAddress(userId);
  await stores.sessions.endAllOf(userId);
  return userId;
}

function keepsPassword(): Problem {
  const message = 'must be left out: this account keeps the password it has';
  return Problem.invalid([{ field: 'password', message }]);
}
