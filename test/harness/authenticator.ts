import { totpCode } from '../../src/identity/second-factor/totp.js';
import type { TestGatehouse } from './gatehouse.js';
import { ok, type Person } from './people.js';
import { query } from './query.js';

/** Somebody with a second factor. */
export interface Protected extends Person {
  /** Base32. */
  readonly secret: string;
  readonly backupCodes: readonly string[];
  /** The time step of the code that enabled it. */
  readonly step: number;
}

/** Sets a second factor up for somebody and enables it. */
export async function protect(gatehouse: TestGatehouse, person: Person): Promise<Protected> {
  const { token } = person;
  const { secret } = ok(await gatehouse.http.post('/auth/2fa/setup', { token }), 200).body as {
    secret: string;
  };
  const step = stepNow();
  const body = { code: totpCode(secret, step) };
  const { backup_codes: backupCodes } = ok(
    await gatehouse.http.post('/auth/2fa/verify', { token, body }),
    200,
  ).body as { backup_codes: string[] };
  return { ...person, secret, backupCodes, step };
}

/** The code of this moment, or of so many steps of half a minute from now. */
export function codeNow(secret: string, steps = 0): string {
  return totpCode(secret, stepNow() + steps);
}

/** The code that enabled somebody's factor, and is used up. */
export function usedCode({ secret, step }: Protected): string {
  return totpCode(secret, step);
}

/** The code after that, which is good already: clocks differ. */
export function nextCode({ secret, step }: Protected): string {
  return totpCode(secret, step + 1);
}

/** A code that has not been used: lets the last one's step be long past, as if time had gone by. */
export async function freshCode(gatehouse: TestGatehouse, { id, secret }: Protected): Promise<string> {
  await query(
    gatehouse.databaseUrl,
    `UPDATE gatehouse.totp_secrets SET last_step = last_step - 1000 WHERE user_id = '${id}'`,
  );
  return codeNow(secret);
}

function stepNow(): number {
  return Math.floor(Date.now() / 30_000);
}
