import { Secret } from '../../kernel/secret.js';
import { AccountMails, newMailedToken } from './account-mails.js';

const mails = new AccountMails('https://gatehouse.example');

it('a token is 256 random bits, in a form that no log takes out and nobody has to escape', () => {
  const tokens = Array.from({ length: 100 }, () => newMailedToken().reveal());
  expect(new Set(tokens).size).toBe(100);
  for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{64}$/);
});

it('a token stands behind #, where no server sees it, on a line of its own', () => {
  const token = new Secret('abc');
  for (const mail of [
    mails.verifyAddress('a@b.c', token),
    mails.resetPassword('a@b.c', token),
    mails.alreadyRegistered('a@b.c', token),
    mails.invitation('a@b.c', 'Acme', token),
  ])
    expect(mail.text).toMatch(/^https:\/\/gatehouse\.example\/console\/[a-z-]+#token=abc$/m);
});

it.each([
  ['Visit https://evil.example/x now', 'Visit https evil example x now'],
  ['evil.example', 'evil example'],
  ['<b>Acme</b>', 'b Acme b'],
  ['Ünder & Söns (North)', 'Ünder & Söns (North)'],
  ['x'.repeat(200), 'x'.repeat(80)],
])('a tenant’s name can’t smuggle a link into the mail: %s', (name, plain) => {
  const mail = mails.invitation('a@b.c', name, new Secret('abc'));
  expect(mail.subject).toBe(`You are invited to ${plain}`);
  expect(mail.text.replace(/^https:\/\/gatehouse\.example.*$/m, '')).not.toMatch(/:\/\/|\.example/);
});
