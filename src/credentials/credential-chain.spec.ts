import { headWith } from '../../test/harness/heads.js';
import { homeTenant, standingWith } from '../../test/harness/live-credentials.js';
import { Denial } from '../kernel/denial.js';
import { schemeNames, type SchemeName } from '../kernel/principal.js';
import { Unavailable } from '../kernel/problem.js';
import { Secret } from '../kernel/secret.js';
import {
  CredentialChain,
  decide,
  type OutcomeName,
  type SchemeOutcome,
  type Tried,
} from './credential-chain.js';
import type { CredentialScheme } from './credential-scheme.js';

const outcomes: readonly OutcomeName[] = ['absent', 'verified', 'rejected', 'unavailable'];
const combinations = schemeNames.reduce<readonly (readonly OutcomeName[])[]>(
  (rows) => rows.flatMap((row) => outcomes.map((outcome) => [...row, outcome])),
  [[]],
);

describe('the reducer', () => {
  it('is put to the test over its whole truth table: four schemes, four outcomes', () => {
    expect(combinations).toHaveLength(256);
    expect(new Set(combinations.map(String)).size).toBe(256);
  });

  it.each(combinations.map((row) => [row.join(' '), row] as const))('%s', (_, row) => {
    const tried = row.map((outcome, index): Tried => ({
      scheme: schemeAt(index),
      result: resultOf(outcome),
    }));
    const decided = decide(tried);
    expect(decided === null ? 'nobody' : `${decided.scheme} ${decided.result.outcome}`).toBe(specified(row));
  });

  it('decides nothing when nothing was asked', () => {
    expect(decide([])).toBeNull();
  });

  /** The same rule in other words, by search in the text of the row instead of a loop over it. */
  function specified(row: readonly OutcomeName[]): string {
    const letters = row.map((outcome) => outcome.charAt(0)).join('');
    const place = letters.search(/[^a]/);
    if (place === -1) return 'nobody';
    return `${schemeAt(place)} ${{ v: 'verified', r: 'rejected', u: 'unavailable' }[letters.charAt(place)] ?? '?'}`;
  }
});

describe('the chain', () => {
  it.each(combinations.map((row) => [row.join(' '), row] as const))(
    '%s: asks up to the first that is present, and no further',
    async (_, row) => {
      const asked: string[] = [];
      const chain = new CredentialChain(
        row.map((outcome, index) => schemeThat(outcome, schemeAt(index), asked)),
      );
      const verdict = await chain.authenticate(headWith(), undefined);

      const first = row.findIndex((outcome) => outcome !== 'absent');
      const wanted = first === -1 ? row : row.slice(0, first + 1);
      expect(verdict.tried.map(({ result }) => result.outcome)).toEqual(wanted);
      expect(verdict.decided?.scheme ?? null).toBe(first === -1 ? null : schemeAt(first));
      expect(verdict.decided?.result.outcome).toBe(row[first]);
      expect(asked).toEqual(
        wanted.flatMap((outcome, index) => {
          const name = schemeAt(index);
          return outcome === 'absent' ? [`claim ${name}`] : [`claim ${name}`, `verify ${name}`];
        }),
      );
    },
  );

  it('asks in the order it was given, whatever the names', async () => {
    const asked: string[] = [];
    const reversed = [...schemeNames].reverse().map((name) => schemeThat('absent', name, asked));
    await new CredentialChain(reversed).authenticate(headWith(), undefined);
    expect(asked).toEqual(reversed.map(({ name }) => `claim ${name}`));
  });

  it('hands the secret, the head and the tenant named to the scheme that claimed', async () => {
    const given: unknown[] = [];
    const head = headWith();
    const secret = new Secret('abc');
    const scheme: CredentialScheme = {
      name: 'session',
      claim: () => secret,
      verify: async (...all) => {
        given.push(...all);
        return { outcome: 'rejected', reason: 'no' };
      },
    };
    await new CredentialChain([scheme]).authenticate(head, homeTenant);
    expect(given).toEqual([secret, head, homeTenant]);
    expect(given[1]).toBe(head);
  });
});

describe('a scheme that fails', () => {
  const failures: readonly (readonly [string, unknown])[] = [
    ['an outage', new Unavailable('database')],
    ['a defect', new TypeError('undefined is not a function')],
    ['an unknown error', Object.assign(new Error('boom'), { code: 'X' })],
    ['something that is no error', 'boom'],
    ['nothing', undefined],
  ];

  it.each(failures)(
    'with %s could not check: that is neither absent nor rejected, and final',
    async (_, failure) => {
      for (const where of ['claim', 'verify'] as const) {
        const asked: string[] = [];
        const chain = new CredentialChain([
          schemeThat('absent', 'master-key', asked),
          failingScheme(where, failure),
          schemeThat('verified', 'api-key', asked),
        ]);
        const { decided, tried } = await chain.authenticate(headWith(), undefined);
        expect(decided).toMatchObject({ scheme: 'session', result: { outcome: 'unavailable' } });
        expect(tried).toHaveLength(2);
        expect(asked).toEqual(['claim master-key']);
      }
    },
  );

  it('names the dependency that is gone', async () => {
    const chain = new CredentialChain([failingScheme('verify', new Unavailable('database'))]);
    const { decided } = await chain.authenticate(headWith(), undefined);
    expect(decided?.result).toEqual({ outcome: 'unavailable', reason: 'database is unavailable' });
  });

  it('because the request is ambiguous says so itself: that is the caller’s mistake, not an outage', async () => {
    const ambiguous = Denial.ambiguous('AMBIGUOUS_CREDENTIAL', 'Two were sent.');
    for (const where of ['claim', 'verify'] as const) {
      const chain = new CredentialChain([
        failingScheme(where, ambiguous),
        schemeThat('verified', 'api-key', []),
      ]);
      await expect(chain.authenticate(headWith(), undefined)).rejects.toBe(ambiguous);
    }
  });
});

function schemeAt(index: number): SchemeName {
  const name = schemeNames[index];
  if (name === undefined) throw new Error('there is no such scheme');
  return name;
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
      return { outcome, reason: `it is ${outcome}` };
  }
}

/** A scheme with one answer, which notes what it is asked. */
function schemeThat(outcome: OutcomeName, name: SchemeName, asked: string[]): CredentialScheme {
  return {
    name,
    claim() {
      asked.push(`claim ${name}`);
      return outcome === 'absent' ? undefined : new Secret('abc');
    },
    async verify() {
      asked.push(`verify ${name}`);
      const result = resultOf(outcome);
      if (result.outcome === 'verified' || result.outcome === 'rejected') return result;
      throw new Unavailable('database');
    },
  };
}

function failingScheme(where: 'claim' | 'verify', failure: unknown): CredentialScheme {
  const fail = (): never => {
    throw failure;
  };
  return {
    name: 'session',
    claim: () => (where === 'claim' ? fail() : new Secret('abc')),
    verify: async () => fail(),
  };
}
