import fc from 'fast-check';
import { headWith } from '../../test/harness/heads.js';
import { MemoryCredentials } from '../../test/harness/live-credentials.js';
import { describeSchemeContract, run } from '../../test/harness/scheme-contract.js';
import { newApiKey } from '../kernel/api-key-format.js';
import { reservedPrefixes } from '../kernel/api-key-prefixes.js';
import { Secret } from '../kernel/secret.js';
import { GlobalKeyScheme, type GlobalKeyOptions } from './global-key.scheme.js';

const globalKey = 'the-one-key-of-older-installations';
const options: GlobalKeyOptions = {
  configured: { key: new Secret(globalKey), tenantSlug: 'acme', role: 'legacy-restricted' },
  keyPrefixes: ['cspm_', 'own_'],
};
const present = (text: string) => headWith({ 'X-API-Key': text });

describeSchemeContract('the global key', {
  make: (live) => new GlobalKeyScheme(live, options),
  furnish: (live) => live.addLegacy('acme', 'legacy-restricted'),
  validSecret: () => globalKey,
  present,
  credentialId: 'global-key',
  foreign: [
    headWith({ Authorization: `Bearer ${globalKey}` }),
    headWith({ 'X-Master-Key': globalKey }),
    present(newApiKey('cspm_').secret.reveal()),
    ...reservedPrefixes.map((prefix) => present(`${prefix}x`)),
    present('own_x'),
    headWith({}, { target: `/scans?X-API-Key=${globalKey}` }),
  ],
  garbage: ['', 'x', globalKey.slice(0, -1), `${globalKey}x`, globalKey.toUpperCase()],
});

describe('the global key', () => {
  it('is never what a per-user key is compared with: whatever has such a prefix is not looked at', () => {
    const scheme = new GlobalKeyScheme(new MemoryCredentials(), options);
    fc.assert(
      fc.property(
        fc.constantFrom(...reservedPrefixes, 'own_'),
        fc.stringMatching(/^[!-+\--~]*$/),
        (prefix, rest) => {
          expect(scheme.claim(present(prefix + rest))).toBeUndefined();
        },
      ),
    );
  });

  it('stands for one role of one tenant, both by configuration', async () => {
    const live = new MemoryCredentials().addLegacy('acme', 'legacy-restricted').addLegacy('acme', 'owner');
    expect(await run(new GlobalKeyScheme(live, options), present(globalKey))).toMatchObject({
      outcome: 'verified',
      principal: { kind: 'legacy-key', credentialId: 'global-key' },
    });
  });

  it('is rejected when its tenant or role is gone', async () => {
    const live = new MemoryCredentials()
      .addLegacy('acme', 'another-role')
      .addLegacy('another', 'legacy-restricted');
    expect(await run(new GlobalKeyScheme(live, options), present(globalKey))).toMatchObject({
      outcome: 'rejected',
    });
  });

  it('is claimed and rejected also when none is configured: a presented credential is never ignored', async () => {
    const live = new MemoryCredentials();
    const scheme = new GlobalKeyScheme(live, { ...options, configured: undefined });
    for (const text of [globalKey, '', 'undefined']) {
      expect(await run(scheme, present(text))).toMatchObject({ outcome: 'rejected' });
    }
    expect(live.asked).toEqual([]);
  });
});
