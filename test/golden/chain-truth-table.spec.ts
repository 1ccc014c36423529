import {
  decide,
  type OutcomeName,
  type SchemeOutcome,
  type Tried,
} from '../../src/credentials/credential-chain.js';
import { Denial } from '../../src/kernel/denial.js';
import { schemeNames } from '../../src/kernel/principal.js';
import { standingWith } from '../harness/live-credentials.js';
import { expectGolden, markdownTable, readGolden, withPart } from './golden.js';

const outcomes = ['absent', 'verified', 'rejected', 'unavailable'] as const;
const page = '../../docs/credential-chain.md';

describe('the truth table of the credential chain', () => {
  it('is the one that the documentation publishes', () => {
    const rows = schemeNames.flatMap((_, place) => outcomes.slice(1).map((outcome) => rowOf(place, outcome)));
    const table = [
      [...schemeNames.map((name) => `\`${name}\``), 'answer'],
      ...rows,
      rowOf(schemeNames.length, 'absent'),
    ];
    expect(table).toHaveLength(1 + 13);
    expectGolden(page, withPart(readGolden(page), 'chain', markdownTable(table)));
  });
});

/** One row: the first outcome that is present, absent ones before it, and anything behind it. */
function rowOf(place: number, outcome: OutcomeName): string[] {
  const before = Array<OutcomeName>(place).fill('absent');
  const behind = Math.max(0, schemeNames.length - place - 1);
  const answers = new Set(
    combinations(behind).map((rest) => answerTo([...before, outcome, ...rest].slice(0, schemeNames.length))),
  );
  // One row for many combinations is true only if they all get the same answer.
  expect([...answers]).toHaveLength(1);
  const cells = [...before, `**${outcome}**`, ...Array<string>(behind).fill('any')].slice(
    0,
    schemeNames.length,
  );
  return [...cells, ...answers];
}

function answerTo(row: readonly OutcomeName[]): string {
  const decided = decide(
    row.map((outcome, index): Tried => ({ scheme: schemeNames[index]!, result: resultOf(outcome) })),
  );
  if (decided === null) return written(Denial.unauthenticated());
  switch (decided.result.outcome) {
    case 'verified':
      return `goes on as \`${decided.scheme}\``;
    case 'rejected':
      return written(Denial.rejected(''));
    case 'unavailable':
      return written(Denial.unavailable(''));
  }
}

/** A denial as the caller sees it. */
function written({ status, headers }: Denial): string {
  const challenge = headers['www-authenticate'];
  if (challenge === undefined) return `${status}, \`Retry-After: ${headers['retry-after']}\``;
  const error = /error="(\w+)"/.exec(challenge)?.[1];
  return error === undefined ? `${status}, no error code` : `${status}, \`${error}\``;
}

function combinations(length: number): OutcomeName[][] {
  if (length === 0) return [[]];
  return combinations(length - 1).flatMap((rest) => outcomes.map((outcome) => [outcome, ...rest]));
}

function resultOf(outcome: OutcomeName): SchemeOutcome {
  switch (outcome) {
    case 'absent':
      return { outcome };
    case 'verified':
      return {
        outcome,
        principal: { kind: 'legacy-key', credentialId: 'global-key' },
        standing: standingWith(),
      };
    case 'rejected':
    case 'unavailable':
      return { outcome, reason: '' };
  }
}
