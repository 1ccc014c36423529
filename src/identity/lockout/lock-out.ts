import { createHash, randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Denial } from '../../kernel/denial.js';
import { LoginAttempts, type AttemptLimit } from '../../storage/login-attempts.js';

const minute = 60;
const hour = 60 * minute;

/**
 * Three counts, for three ways of guessing: at one account from one place; at one account from everywhere; from one place at
 * every account. The latter two are also what a stranger could use to keep somebody out, so they wait a minute at most
 * and pass over who has got in from the same place before.
 */
const pairLimit: AttemptLimit = { free: 5, maxWaitSeconds: 15 * minute, forgetSeconds: 24 * hour };
const accountLimit: AttemptLimit = { free: 30, maxWaitSeconds: minute, forgetSeconds: 24 * hour };
const sourceLimit: AttemptLimit = { free: 100, maxWaitSeconds: minute, forgetSeconds: hour };

/** How many passwords of one account are looked at side by side, from one place and from everywhere. */
const placesOfPair = 20;
const placesOfAccount = 60;
const pruneOneIn = 200;

/**
 * Slows guessing down. It counts by the address as it was asked for, whether or not there is such an account, so that
 * waiting tells nobody anything. Each count is committed by itself: a request that is refused doesn't take it back.
 */
@Injectable()
export class LockOut {
  constructor(private readonly attempts: LoginAttempts) {}

  /**
   * Asks whether a guess may be looked at; to be followed by `failed`, `succeeded` or `left`.
   * @param emailKey the one spelling that all spellings of the address share
   * @throws Denial (429) with the seconds to wait; Unavailable when the database can't say: then nothing is counted
   */
  async check(emailKey: string, sourceAddress: string): Promise<void> {
    const { pair, account, source } = keysOf(emailKey, sourceAddress);
    const waitSeconds = await this.attempts.atomically(async (counts) => {
      const { waitSeconds: waits, proven } = await counts.state([pair, account, source]);
      const known = proven[0] === true;
      const wait = known ? (waits[0] ?? 0) : Math.max(...waits);
      if (wait > 0) return wait;
      if (!(await counts.enter(pair, placesOfPair))) return 1;
      if (known || (await counts.enter(account, placesOfAccount))) return 0;
      await counts.leave(pair);
      return 1;
    });
    if (waitSeconds > 0) throw lockedOut(waitSeconds);
  }

  /** Counts a wrong password or code. */
  async failed(emailKey: string, sourceAddress: string): Promise<void> {
    const { pair, account, source } = keysOf(emailKey, sourceAddress);
    await this.attempts.atomically(async (counts) => {
      await counts.strike(pair, pairLimit);
      await counts.strike(account, accountLimit);
      await counts.strike(source, sourceLimit);
      if (randomInt(pruneOneIn) === 0) await counts.prune();
    });
  }

  /** Ends a guess that says nothing either way: right, but not all that was asked for. */
  async left(emailKey: string, sourceAddress: string): Promise<void> {
    const { pair, account } = keysOf(emailKey, sourceAddress);
    await this.attempts.atomically(async (counts) => {
      await counts.leave(pair);
      await counts.leave(account);
    });
  }

  /** Notes that somebody got in, with all that was asked of them: what was counted against them from there is forgotten. */
  async succeeded(emailKey: string, sourceAddress: string): Promise<void> {
    const { pair, account } = keysOf(emailKey, sourceAddress);
    await this.attempts.atomically(async (counts) => {
      await counts.prove(pair);
      // What others did elsewhere stays counted: a log-in of its owner must not give them new tries.
      await counts.leave(account);
    });
  }
}

function keysOf(emailKey: string, sourceAddress: string): { pair: Buffer; account: Buffer; source: Buffer } {
  return {
    pair: digest('pair', emailKey, sourceAddress),
    account: digest('account', emailKey),
    source: digest('source', sourceAddress),
  };
}

function digest(...parts: string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

function lockedOut(waitSeconds: number): Denial {
  return new Denial({
    status: 429,
    code: 'LOCKED_OUT',
    detail: 'There were too many wrong attempts. Try again later.',
    headers: { 'retry-after': String(waitSeconds) },
  });
}
