import { prefixIn, withCounterparts } from './key-environments.js';

describe('the prefix of a key', () => {
  it.each([
    ['ch_live_', 'ch_live_', 'ch_test_'],
    ['sk_live_', 'sk_live_', 'sk_test_'],
    ['sk_test_', 'sk_live_', 'sk_test_'],
    ['cs_live_', 'cs_live_', 'cs_test_'],
    ['live_', 'live_', 'test_'],
    // They name no environment: the same for both.
    ['cspm_', 'cspm_', 'cspm_'],
    ['alive_', 'alive_', 'alive_'],
    ['live_keys_', 'live_keys_', 'live_keys_'],
    ['latest_', 'latest_', 'latest_'],
  ])('%s is %s for live keys and %s for test keys', (prefix, live, test) => {
    expect([prefixIn('live', prefix), prefixIn('test', prefix)]).toEqual([live, test]);
  });

  it('is accepted together with its counterpart, the configured one first', () => {
    expect(withCounterparts(['sk_test_', 'cspm_', 'sk_live_'])).toEqual(['sk_test_', 'sk_live_', 'cspm_']);
  });
});
