import { Module } from '@nestjs/common';
import { LeakedKeysController } from './leaked-keys.controller.js';
import { LeakedKeys } from './leaked-keys.service.js';

/** Keys that have become known. Its dependencies are bound by the composition root. */
@Module({ controllers: [LeakedKeysController], providers: [LeakedKeys] })
export class LeakedModule {}
