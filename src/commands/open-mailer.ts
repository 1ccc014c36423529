import type { Config } from '../config/config.js';
import type { Logger } from '../http/logger.js';
import { LogMailer } from '../identity/mail/log-mailer.js';
import { NoMailer, type Mailer } from '../identity/mail/mailer.js';
import { SmtpMailer } from '../identity/mail/smtp-mailer.js';

/** Who sends mail: the server that is configured; without one the log, but never in production, where it would be a secret's way out. */
export function openMailer(
  { mail, environment }: Config,
  logger: Logger,
): { readonly mailer: Mailer; readonly close: () => void } {
  const nothing = () => undefined;
  if (mail !== undefined) {
    const mailer = new SmtpMailer({ url: mail.smtpUrl, from: mail.from, requireTls: mail.requireTls });
    return { mailer, close: () => mailer.close() };
  }
  if (environment === 'production') return { mailer: new NoMailer(), close: nothing };
  return { mailer: new LogMailer((facts, line) => logger.info(facts, line)), close: nothing };
}
