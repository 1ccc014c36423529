import { problemResponse, type ProblemResponse } from './problem-document.js';
import type { Problem } from './problem.js';

/** The documented APIs that can be spoken. `redcloud` is the canonical one. */
export const dialectNames = ['redcloud', 'cloudheed', 'cloudsync', 'switchboard'] as const;
export type DialectName = (typeof dialectNames)[number];

/** A place where Gatehouse is addressed, and the API that is spoken there. */
export interface Surface {
  /** In lower case, without a port; undefined means any host for which nothing else is configured. */
  readonly host: string | undefined;
  /** `/`, or a canonical path without a slash at its end. Taken away before anything is judged. */
  readonly prefix: string;
  readonly dialect: Dialect;
  readonly terms: SurfaceTerms;
}

/** What a documented API promises its clients where it differs from the installation's own settings. */
export interface SurfaceTerms {
  readonly accessTokenTtlSeconds?: number;
  /** In characters. */
  readonly minPasswordLength?: number;
  /** Registering answers with a session at once: then it can't be hidden that an address has an account already. */
  readonly registerAnswersSession?: boolean;
  /** Prefix of the keys that are made there. */
  readonly apiKeyPrefix?: string;
}

/**
 * How one documented API says what the engine says. It translates and decides nothing: where a request leads, who may send it
 * and what it does is the same on every surface.
 */
export interface Dialect {
  readonly name: DialectName;
  /** The canonical path for a path beneath the prefix. */
  canonicalPath(path: string): string;
  /**
   * The canonical body of a request.
   * @param operation method and pattern of the canonical route, such as `DELETE /auth/api-keys/:id`
   * @throws Problem (400) for a body that can't be translated
   */
  readBody(operation: string, body: unknown): unknown;
  /** Writes a success. */
  writeResult(operation: string, result: Result): Result;
  /** Writes a refusal or failure from its public side; the private reason is in no dialect. */
  writeProblem(problem: Problem, asked: Asked, publicUrl: string): ProblemResponse;
}

/** What a dialect may know of the request that a problem answers: what its sender knows as well. A request's head is one. */
export interface Asked {
  readonly correlationId: string;
  /** Canonical; empty when it can't be read. */
  readonly path: string;
  readonly control: Readonly<Partial<Record<'authorization' | 'x-api-key' | 'x-master-key', string>>>;
}

/** A success before it is serialised: plain data, or undefined for no body. */
export interface Result {
  readonly status: number;
  readonly body: unknown;
}

/** Tells the surface of a request. */
export interface Surfaces {
  /**
   * @param host the Host header's name, in lower case and without its port; undefined when there is none
   * @param path canonical path as it was sent
   */
  addressed(host: string | undefined, path: string): Addressed;
}

export interface Addressed {
  readonly surface: Surface;
  /** Canonical path without the surface's prefix; undefined when nothing is reached like this. */
  readonly path: string | undefined;
}

/** A problem as the surface of its request writes it: the only way by which one gets out. */
export function problemAnswer(
  problem: Problem,
  asked: Asked & { readonly surface?: Surface },
  publicUrl: string,
): ProblemResponse {
  // Without a path that can be read there is no surface, and the answer is the canonical one.
  if (asked.surface === undefined) return problemResponse(problem, asked.correlationId, publicUrl);
  return asked.surface.dialect.writeProblem(problem, asked, publicUrl);
}
