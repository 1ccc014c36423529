import { inspect } from 'node:util';
import fc from 'fast-check';
import type { CredentialScheme, Rejected, Verified } from '../../src/credentials/credential-scheme.js';
import type { LiveCredentials } from '../../src/credentials/live-credentials.js';
import { Unavailable } from '../../src/kernel/problem.js';
import type { RequestHead } from '../../src/kernel/request-head.js';
import { headWith } from './heads.js';
import { MemoryCredentials, otherTenant } from './live-credentials.js';

/** What the contract has to know of a scheme to put it to the test. */
export interface SchemeUnderTest {
  /** The scheme, over a store of credentials. */
  make(live: LiveCredentials): CredentialScheme;
  /** Puts the one valid credential into the store. */
  furnish(live: MemoryCredentials): void;
  /** The one valid credential. */
  validSecret(): string | Promise<string>;
  /** A head that presents a text in the place of this scheme's credential, with all else that the scheme asks for. */
  present(text: string): RequestHead;
  /** The id under which the valid credential goes into the trail. */
  readonly credentialId: string;
  /** Heads that hold other schemes' credentials, in their places or in this scheme's. */
  readonly foreign: readonly RequestHead[];
  /** Texts that this scheme claims and that can't be right. */
  readonly garbage: readonly string[];
}

/** What every scheme of the chain promises, whatever it checks. One call a scheme. */
export function describeSchemeContract(name: string, scheme: SchemeUnderTest): void {
  const furnished = () => {
    const live = new MemoryCredentials();
    scheme.furnish(live);
    return { live, tested: scheme.make(live) };
  };

  describe(`the contract of every scheme, kept by ${name}`, () => {
    it('is absent where nothing is presented, or only what belongs to others', () => {
      const { live, tested } = furnished();
      for (const head of [headWith(), ...scheme.foreign]) expect(tested.claim(head)).toBeUndefined();
      expect(live.asked).toEqual([]);
    });

    it('claims by looking only: without asking, and also when nobody could answer', async () => {
      const { live, tested } = furnished();
      live.down = true;
      for (const text of [await scheme.validSecret(), ...scheme.garbage]) {
        expect(tested.claim(scheme.present(text))).toBeDefined();
      }
      expect(live.asked).toEqual([]);
    });

    it('verifies the genuine credential in one round trip that also asks about the tenant named', async () => {
      const { live, tested } = furnished();
      const result = await run(tested, scheme.present(await scheme.validSecret()), otherTenant);
      expect(result).toMatchObject({ outcome: 'verified', principal: { credentialId: scheme.credentialId } });
      expect(live.asked.map(({ named }) => named)).toEqual([otherTenant]);
    });

    it('verifies it again at every request: nothing is remembered', async () => {
      const { live, tested } = furnished();
      const head = scheme.present(await scheme.validSecret());
      for (let times = 0; times < 3; times += 1)
        expect(await run(tested, head)).toMatchObject({ outcome: 'verified' });
      expect(live.asked).toHaveLength(3);
      live.down = true;
      await expect(run(tested, head)).rejects.toThrow(Unavailable);
    });

    it('rejects what cannot be right without troubling the store', async () => {
      const { live, tested } = furnished();
      for (const text of scheme.garbage) {
        expect(await run(tested, scheme.present(text))).toMatchObject({ outcome: 'rejected' });
      }
      expect(live.asked).toEqual([]);
    });

    it('rejects the genuine credential with any one character changed', async () => {
      const { tested } = furnished();
      const secret = await scheme.validSecret();
      const other = fc.constantFrom(...Array.from('abyzABYZ0189_-.~'));
      // Not the last one: in base64url it has bits that mean nothing.
      await fc.assert(
        fc.asyncProperty(fc.nat(secret.length - 2), other, async (at, character) => {
          fc.pre(secret.charAt(at) !== character);
          const head = scheme.present(secret.slice(0, at) + character + secret.slice(at + 1));
          expect((await run(tested, head))?.outcome).not.toBe('verified');
        }),
        { numRuns: 200 },
      );
    });

    it('throws Unavailable when the store cannot say: neither a yes nor a no', async () => {
      const { live, tested } = furnished();
      live.down = true;
      await expect(run(tested, scheme.present(await scheme.validSecret()))).rejects.toThrow(Unavailable);
    });

    it('says nothing from which the credential could be read', async () => {
      const { tested } = furnished();
      const secret = await scheme.validSecret();
      const head = scheme.present(secret);
      expect(printed(await run(tested, head))).not.toContain(secret);
      expect(printed(tested.claim(head))).not.toContain(secret);
      expect(printed(tested)).not.toContain(secret);
    });

    it('never repeats what it rejects, whatever it is', async () => {
      const { tested } = furnished();
      const shaped = fc.constantFrom('', ...scheme.garbage, await scheme.validSecret());
      const text = fc.tuple(shaped, fc.stringMatching(/^[!-+\--~]{16,60}$/)).map((parts) => parts.join(''));
      await fc.assert(
        fc.asyncProperty(text, async (presented) => {
          const result = await run(tested, scheme.present(presented));
          if (result === undefined) return;
          expect(result.outcome).toBe('rejected');
          expect(printed(result)).not.toContain(presented);
        }),
        { numRuns: 300 },
      );
    });
  });
}

/** Claim, then verify. Undefined where the scheme claims nothing. */
export async function run(
  scheme: CredentialScheme,
  head: RequestHead,
  tenantNamed?: string,
): Promise<Verified | Rejected | undefined> {
  const secret = scheme.claim(head);
  return secret === undefined ? undefined : scheme.verify(secret, head, tenantNamed);
}

/** Everything that a log could show of a value. */
function printed(value: unknown): string {
  return `${inspect(value, { depth: Infinity, showHidden: true })} ${JSON.stringify(value)}`;
}
