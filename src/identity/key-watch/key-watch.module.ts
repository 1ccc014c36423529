import { Module } from '@nestjs/common';
import { ExpiryWarnings } from './expiry-warnings.js';
import { KeyWatch } from './key-watch.js';

/** What happens to keys without anybody asking. Its dependencies are bound by the composition root. */
@Module({ providers: [ExpiryWarnings, KeyWatch], exports: [ExpiryWarnings] })
export class KeyWatchModule {}
