import type { Mail, Mailer } from './mailer.js';

/** Writes mail to the log, for development: links and their tokens can be read there, so never in production. */
export class LogMailer implements Mailer {
  constructor(private readonly say: (facts: object, line: string) => void) {}

  async send({ to, subject, text }: Mail): Promise<void> {
    this.say({ to, subject, text }, 'mail, not sent because SMTP_URL is not set');
  }
}
