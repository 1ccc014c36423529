import { randomBytes } from 'node:crypto';
import { Secret } from '../../kernel/secret.js';
import type { Mail } from '../mail/mailer.js';

const tokenBytes = 32;

/** A token to be mailed. Kept as its digest only. */
export function newMailedToken(): Secret {
  return new Secret(randomBytes(tokenBytes).toString('hex'));
}

/** What Gatehouse writes to people. Nothing in it but the tenant's name was written by anybody else. */
export class AccountMails {
  constructor(private readonly publicUrl: string) {}

  verifyAddress(to: string, token: Secret): Mail {
    return mail(to, 'Confirm your e-mail address', [
      'An account was made with this e-mail address. To confirm that the address is yours:',
      this.#link('verify-email', token),
      'The link is good for 24 hours. If it was not you, ignore this mail, or follow the link and choose a password of your own.',
    ]);
  }

  resetPassword(to: string, token: Secret): Mail {
    return mail(to, 'Choose a new password', [
      'A new password was asked for, for the account with this e-mail address. To choose one:',
      this.#link('reset-password', token),
      'The link is good for 30 minutes and works once. If it was not you, ignore this mail: nothing has changed.',
    ]);
  }

  alreadyRegistered(to: string, token: Secret): Mail {
    return mail(to, 'You have an account already', [
      'Somebody tried to register with this e-mail address, which has an account already. Log in, or choose a new password:',
      this.#link('reset-password', token),
      'The link is good for 30 minutes and works once. If it was not you, ignore this mail: nothing has changed.',
    ]);
  }

  passwordChanged(to: string): Mail {
    return mail(to, 'Your password was changed', [
      'The password of your account was changed, and you were logged out everywhere else.',
      'If it was not you, choose a new password at once:',
      `${this.publicUrl}/console/forgot-password`,
    ]);
  }

  invitation(to: string, tenantName: string, token: Secret): Mail {
    return mail(to, `You are invited to ${plain(tenantName)}`, [
      `You are invited to join ${plain(tenantName)}. To accept:`,
      this.#link('accept-invitation', token),
      'The link is good for 7 days and works once. If you do not know who invites you, ignore this mail.',
    ]);
  }

  /** Behind `#`, a token is in no server's log and in no `Referer`. */
  #link(page: string, token: Secret): string {
    return `${this.publicUrl}/console/${page}#token=${token.reveal()}`;
  }
}

function mail(to: string, subject: string, paragraphs: readonly string[]): Mail {
  return { to, subject, text: `${paragraphs.join('\n\n')}\n` };
}

/** A name that somebody chose, without what would make a link of it: our mails must not carry other people's. */
function plain(name: string): string {
  return name
    .replace(/[^\p{L}\p{N} '&()-]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 80);
}
