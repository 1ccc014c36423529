import { Problem } from '../../kernel/problem.js';

export interface Mail {
  /** One address, without a display name. */
  readonly to: string;
  readonly subject: string;
  /** Plain text. What a person has to click stands on a line of its own. */
  readonly text: string;
}

/** Sends mail. May take as long as the server on the other side takes: nobody who asks for something waits for it. */
export interface Mailer {
  /** @throws Error when the mail was not taken over by anybody */
  send(mail: Mail): Promise<void>;
}

export const MAILER = Symbol('mailer');

/** Without a server to send through, what begins with a mail can't be done. */
export class NoMailer implements Mailer {
  async send(_mail: Mail): Promise<void> {
    throw mailNotConfigured();
  }
}

/** Asked first, before anything is known of anybody, so that the answer is the same for everybody. @throws Problem (503) */
export function requireMail(mailer: Mailer): void {
  if (mailer instanceof NoMailer) throw mailNotConfigured();
}

function mailNotConfigured(): Problem {
  return new Problem({
    status: 503,
    code: 'MAIL_NOT_CONFIGURED',
    detail: 'This needs mail, and no mail server is configured.',
  });
}
