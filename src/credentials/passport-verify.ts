import type { Strategy } from 'passport-strategy';
import { rejected, type Rejected, type Verified } from './credential-scheme.js';

/** What our strategies are given of a request: only the credential that the scheme claimed. */
export interface StrategyRequest {
  readonly headers: Readonly<Record<string, string>>;
}

export type Done = (error: unknown, user?: Verified | false, info?: unknown) => void;

/**
 * Runs one Passport strategy outside Express. Passport's middleware would try the next strategy, or answer by itself;
 * here a strategy only says what it found: success is `Verified`, failure `Rejected`, an error is thrown.
 */
export function passportVerify(strategy: Strategy, request: StrategyRequest): Promise<Verified | Rejected> {
  return new Promise((resolve, reject) => {
    // A strategy object keeps no state of its own between requests; each attempt gets a fresh heir with the callbacks.
    const attempt = Object.create(strategy) as Strategy;
    attempt.success = (user) => resolve(user as Verified);
    attempt.fail = (challenge: unknown) => resolve(rejected(reasonOf(challenge)));
    attempt.error = (error: unknown) => reject(error instanceof Error ? error : new Error('strategy failed'));
    attempt.pass = () => reject(new Error('a strategy passed on a credential that its scheme had claimed'));
    attempt.redirect = () => reject(new Error('a strategy asked for a redirect'));
    try {
      (attempt.authenticate as (request: StrategyRequest) => void)(request);
    } catch (error) {
      reject(error instanceof Error ? error : new Error('strategy failed'));
    }
  });
}

/** Adapts a promise to Passport's callback: a `Rejected` becomes a failure with its reason as info. */
export function settle(outcome: Promise<Verified | Rejected>, done: Done): void {
  outcome.then(
    (result) =>
      result.outcome === 'verified' ? done(null, result) : done(null, false, new Error(result.reason)),
    (error: unknown) => done(error),
  );
}

function reasonOf(challenge: unknown): string {
  return challenge instanceof Error ? challenge.message : 'the strategy refused it';
}
