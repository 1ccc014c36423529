import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Secret } from '../../kernel/secret.js';
import type { Mail } from './mailer.js';
import { SmtpMailer } from './smtp-mailer.js';

const mail: Mail = { to: 'someone@example.test', subject: 'Hello', text: 'A line.\nAnother.\n' };

/** As much of an SMTP server (RFC 5321) as takes a mail in, without encryption. */
class PlainSmtp {
  readonly received: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => this.#talk(socket));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `smtp://user:p%40ss@127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #talk(socket: Socket): void {
    this.#sockets.add(socket);
    let data: string | undefined;
    let rest = '';
    socket.write('220 here\r\n');
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      rest += bytes.toString();
      const lines = rest.split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (data !== undefined && line !== '.') data += `${line}\n`;
        else if (data !== undefined) {
          this.received.push(data);
          data = undefined;
          socket.write('250 taken\r\n');
        } else {
          this.received.push(line);
          if (line === 'DATA') data = '';
          socket.write(answerTo(line));
        }
      }
    });
  }
}

function answerTo(line: string): string {
  if (line.startsWith('EHLO')) return '250-here\r\n250 AUTH PLAIN\r\n';
  if (line.startsWith('AUTH')) return '235 yes\r\n';
  if (line === 'STARTTLS') return '502 not here\r\n';
  return line === 'DATA' ? '354 go on\r\n' : '250 yes\r\n';
}

let server: PlainSmtp;
let url: Secret;

beforeEach(async () => {
  server = new PlainSmtp();
  url = new Secret(await server.start());
});
afterEach(() => server.stop());

it('hands a mail over: to one address, from the configured one, with the credentials of the URL', async () => {
  const mailer = new SmtpMailer({ url, from: 'Gatehouse <noreply@example.test>', requireTls: false });
  await mailer.send(mail);
  mailer.close();
  const [, auth, from, to, , data = ''] = server.received;
  expect(Buffer.from(auth?.split(' ')[2] ?? '', 'base64').toString()).toBe('\0user\0p@ss');
  expect(from).toBe('MAIL FROM:<noreply@example.test>');
  expect(to).toBe('RCPT TO:<someone@example.test>');
  expect(data).toContain('From: Gatehouse <noreply@example.test>\n');
  expect(data).toContain('Subject: Hello\n');
  expect(data).toContain('\nA line.\nAnother.\n');
});

it('has one recipient and no more headers, whatever the mail says', async () => {
  const mailer = new SmtpMailer({ url, from: 'noreply@example.test', requireTls: false });
  const subject = 'Hello\r\nBcc: other@example.test\r\n\r\nanother body';
  await mailer.send({ ...mail, subject, to: 'someone@example.test' });
  const data = server.received.at(-1) ?? '';
  const [head = ''] = data.split('\n\n');
  expect(head).not.toMatch(/^Bcc:/im);
  expect(server.received.filter((line) => line.startsWith('RCPT'))).toEqual([
    'RCPT TO:<someone@example.test>',
  ]);
  mailer.close();
});

it('sends nothing to a server that can’t encrypt when it has to be encrypted, unless it is this machine', async () => {
  const elsewhere = new Secret(url.reveal().replace('127.0.0.1', '0.0.0.0'));
  const mailer = new SmtpMailer({ url: elsewhere, from: 'noreply@example.test', requireTls: true });
  await expect(mailer.send(mail)).rejects.toThrow(/TLS/i);
  expect(server.received.filter((line) => !line.startsWith('EHLO') && line !== 'STARTTLS')).toEqual([]);
  const here = new SmtpMailer({ url, from: 'noreply@example.test', requireTls: true });
  await here.send(mail);
  mailer.close();
  here.close();
});

it('fails when nobody takes the mail', async () => {
  await server.stop();
  const mailer = new SmtpMailer({ url, from: 'noreply@example.test', requireTls: false });
  await expect(mailer.send(mail)).rejects.toThrow();
  mailer.close();
  server = new PlainSmtp();
  await server.start();
});
