/** Prefixes no global key may begin with, whatever else is configured: a leaked key names its kind for ever. */
export const reservedPrefixes = [
  'cspm_',
  'ch_live_',
  'ch_test_',
  'sk_live_',
  'sk_test_',
  'cs_live_',
  'cs_test_',
  'at_live_',
  'at_test_',
  'rt_live_',
  'rt_test_',
] as const;
