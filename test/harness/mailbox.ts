import { emailKey } from '../../src/kernel/email.js';
import type { Mail, Mailer } from '../../src/identity/mail/mailer.js';
import { eventually } from './eventually.js';

/** Keeps the mail it is given, instead of sending it. */
export class Mailbox implements Mailer {
  readonly mails: Mail[] = [];
  /** Addresses to which nothing can be sent. */
  readonly unreachable = new Set<string>();

  async send(mail: Mail): Promise<void> {
    if (this.unreachable.has(mail.to)) throw new Error('the mail was not taken over');
    this.mails.push(mail);
  }

  /** What has come for an address so far. */
  to(address: string): readonly Mail[] {
    return this.mails.filter(({ to }) => emailKey(to) === emailKey(address));
  }

  subjectsTo(address: string): string[] {
    return this.to(address).map(({ subject }) => subject);
  }

  /** Waits until so many mails have come for an address. @returns the last of them */
  async mail(address: string, count = 1): Promise<Mail> {
    return eventually(() => {
      const mails = this.to(address);
      return mails.length >= count && mails[count - 1];
    });
  }

  /** The token in the mail that `mail` waits for. */
  async token(address: string, count = 1): Promise<string> {
    return tokenIn(await this.mail(address, count));
  }
}

export function tokenIn({ text }: Mail): string {
  const token = /#token=([0-9a-f]{64})$/m.exec(text)?.[1];
  if (token === undefined) throw new Error(`there is no token in: ${text}`);
  return token;
}
