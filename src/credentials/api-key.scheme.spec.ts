import { headWith } from '../../test/harness/heads.js';
import { MemoryCredentials, someUser, standingWith } from '../../test/harness/live-credentials.js';
import { describeSchemeContract, run } from '../../test/harness/scheme-contract.js';
import { newApiKey } from '../kernel/api-key-format.js';
import { PermissionSet } from '../kernel/permission-set.js';
import { ApiKeyScheme } from './api-key.scheme.js';
import type { LiveKey } from './live-credentials.js';

const key = newApiKey('cspm_').secret.reveal();
const prefixes = ['cspm_', 'cs_', 'cs_live_'];
const garbage = [
  'cspm_',
  'cspm_x',
  `${key}x`,
  key.slice(0, -1),
  'at_live_not-a-key',
  'sk_live_of-another-place',
  'cs_live_x',
];
const jwt = 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln';

const contract = {
  make: (live: MemoryCredentials) => new ApiKeyScheme(live, prefixes),
  furnish: (live: MemoryCredentials) => void live.addKey(key, { id: 'key-1' }),
  validSecret: () => key,
  credentialId: 'key-1',
  garbage,
};

describeSchemeContract('API keys in X-API-Key', {
  ...contract,
  make: (live) => new ApiKeyScheme(live, prefixes),
  present: (text) => headWith({ 'X-API-Key': text }),
  foreign: [
    headWith({ 'X-API-Key': 'a-global-key-of-old' }),
    headWith({ 'X-API-Key': '' }),
    headWith({ 'X-Master-Key': key }),
    headWith({ Authorization: `Bearer ${jwt}` }),
    headWith({ Authorization: `Basic ${key}` }),
    headWith({}, { target: `/scans?api_key=${key}&X-API-Key=${key}` }),
  ],
});

describeSchemeContract('API keys as a bearer token', {
  ...contract,
  make: (live) => new ApiKeyScheme(live, prefixes),
  present: (text) => headWith({ Authorization: `Bearer ${text}` }),
  foreign: [headWith({ Authorization: key }), headWith({ Authorization: `Token ${key}` })],
});

describe('an API key', () => {
  const answerTo = async (change: Partial<LiveKey>) => {
    const live = new MemoryCredentials().addKey(key, { id: 'key-1', ...change });
    return run(new ApiKeyScheme(live, prefixes), headWith({ 'X-API-Key': key }));
  };

  it('stands for its owner, with what the store says both may do', async () => {
    const standing = standingWith({ permissions: PermissionSet.of(['scans.read']) });
    expect(await answerTo({ environment: 'test', standing })).toEqual({
      outcome: 'verified',
      principal: { kind: 'api-key', userId: someUser, credentialId: 'key-1', environment: 'test' },
      standing,
    });
  });

  it.each([
    ['revoked', { revoked: true }],
    ['expired', { expired: true }],
    ['owned by somebody who was disabled', { ownerActive: false }],
    ['all of that', { revoked: true, expired: true, ownerActive: false }],
  ])('that is %s is rejected', async (_, change) => {
    expect(await answerTo(change)).toMatchObject({ outcome: 'rejected' });
  });

  it('that is not in the store is rejected, however well formed', async () => {
    const live = new MemoryCredentials();
    const head = headWith({ 'X-API-Key': newApiKey('cspm_').secret.reveal() });
    expect(await run(new ApiKeyScheme(live, prefixes), head)).toEqual({
      outcome: 'rejected',
      reason: 'unknown key',
    });
    expect(live.asked).toHaveLength(1);
  });

  it('with the longest of several prefixes that fit is read under that one', async () => {
    const long = newApiKey('cs_live_').secret.reveal();
    const live = new MemoryCredentials().addKey(long);
    expect(await run(new ApiKeyScheme(live, prefixes), headWith({ 'X-API-Key': long }))).toMatchObject({
      outcome: 'verified',
    });
  });

  it('in two places at once is refused, also when it is twice the same', () => {
    for (const second of [key, newApiKey('cspm_').secret.reveal()]) {
      const head = headWith({ 'X-API-Key': key, Authorization: `Bearer ${second}` });
      expect(() => new ApiKeyScheme(new MemoryCredentials(), prefixes).claim(head)).toThrow(
        expect.objectContaining({ status: 400, code: 'AMBIGUOUS_CREDENTIAL' }),
      );
    }
  });

  it('as a bearer token decides, whatever else stands in X-API-Key', () => {
    const head = headWith({ 'X-API-Key': 'a-global-key-of-old', Authorization: `bearer   ${key}` });
    expect(new ApiKeyScheme(new MemoryCredentials(), prefixes).claim(head)?.reveal()).toBe(key);
  });
});
