import { isIP } from 'node:net';
import { createTransport, type Transporter } from 'nodemailer';
import type { Secret } from '../../kernel/secret.js';
import type { Mail, Mailer } from './mailer.js';

export interface SmtpOptions {
  /** `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465` (TLS from the first byte; RFC 8314). */
  readonly url: Secret;
  /** Address of the sender, with or without a name. */
  readonly from: string;
  /** Whether to send nothing over a connection that isn't encrypted: the mails hold tokens. */
  readonly requireTls: boolean;
}

const ports = { plain: 587, tls: 465 };
const timeoutMs = 15_000;
const maxConnections = 2;

/** Hands mail to an SMTP server. */
export class SmtpMailer implements Mailer {
  readonly #transport: Transporter;
  readonly #from: string;

  constructor({ url, from, requireTls }: SmtpOptions) {
    const { protocol, hostname, port, username, password } = new URL(url.reveal());
    const secure = protocol === 'smtps:';
    const host = hostname.replace(/^\[|\]$/g, '');
    this.#from = from;
    this.#transport = createTransport({
      host,
      port: port === '' ? (secure ? ports.tls : ports.plain) : Number(port),
      secure,
      requireTLS: requireTls && !isLoopback(host),
      ...(username === ''
        ? {}
        : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
      pool: true,
      maxConnections,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // A text is a text: nothing in it makes us open files or addresses.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send({ to, subject, text }: Mail): Promise<void> {
    // As an object: a bare text would be parsed as a list of addresses.
    await this.#transport.sendMail({ from: this.#from, to: { name: '', address: to }, subject, text });
  }

  /** Lets the connections go. */
  close(): void {
    this.#transport.close();
  }
}

/** What never leaves this machine needs no encryption. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
