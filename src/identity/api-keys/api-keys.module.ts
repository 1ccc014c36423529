import { Module } from '@nestjs/common';
import { ApiKeyService } from './api-key.service.js';
import { KeyRotation } from './key-rotation.js';
import { OwnKeysController } from './own-keys.controller.js';

/** API keys: one's own, and the use case for those of others. Its dependencies are bound by the composition root. */
@Module({
  controllers: [OwnKeysController],
  providers: [ApiKeyService, KeyRotation],
  exports: [ApiKeyService, KeyRotation],
})
export class ApiKeysModule {}
