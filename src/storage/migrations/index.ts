import { Foundation1700000000001 } from './1700000000001-foundation.js';
import { Accounts1700000000002 } from './1700000000002-accounts.js';
import { SecondFactor1700000000003 } from './1700000000003-second-factor.js';
import { KeyLife1700000000004 } from './1700000000004-key-life.js';

/** In the order in which they run. */
export const migrations = [
  Foundation1700000000001,
  Accounts1700000000002,
  SecondFactor1700000000003,
  KeyLife1700000000004,
];
