import { Delete, Get, Header, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Admitted } from '../../gate/admitted.decorator.js';
import { Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { Conflicts } from '../../gate/refusals.decorator.js';
import { AnswersWith, IdParam, ValidBody, ValidQuery } from '../../gate/validation.js';
import type { Admission } from '../../kernel/admission.js';
import { userIdOf } from '../../kernel/principal.js';
import { apiKeyAnswers } from './api-key-answers.js';
import {
  ApiKey,
  ApiKeyList,
  ApiKeyQuery,
  CreatedApiKey,
  NewApiKey,
  RotateApiKey,
} from './api-key.schemas.js';
import { ApiKeyService } from './api-key.service.js';
import { KeyRotation } from './key-rotation.js';

@ApiTags('own keys')
@OwnApi('auth/api-keys')
export class OwnKeysController {
  constructor(
    private readonly keys: ApiKeyService,
    private readonly rotation: KeyRotation,
  ) {}

  @Get()
  @Requires('keys.own', { ownAccount: true })
  @ApiOperation({ summary: "List one's own API keys", description: 'Revoked and expired ones too.' })
  @AnswersWith(ApiKeyList)
  async list(
    @Admitted() admission: Admission,
    @ValidQuery(ApiKeyQuery) query: ApiKeyQuery,
  ): Promise<ApiKeyList> {
    return apiKeyAnswers.list(
      await this.keys.list(admission, oneself(admission), apiKeyAnswers.page(query), query.status),
    );
  }

  @Post()
  @Header('cache-control', 'no-store')
  @Requires('keys.own', { ownAccount: true, persists: true })
  @ApiOperation({ summary: 'Make an API key for oneself', description: 'With scopes among what one holds.' })
  @AnswersWith(CreatedApiKey, 201)
  async create(
    @Admitted() admission: Admission,
    @ValidBody(NewApiKey) body: NewApiKey,
  ): Promise<CreatedApiKey> {
    return apiKeyAnswers.made(
      await this.keys.create(admission, oneself(admission), apiKeyAnswers.request(body)),
    );
  }

  @Get(':id')
  @Requires('keys.own', { ownAccount: true })
  @ApiOperation({ summary: "One of one's own API keys" })
  @AnswersWith(ApiKey)
  async find(@Admitted() admission: Admission, @IdParam('id', 'API key') id: string): Promise<ApiKey> {
    return apiKeyAnswers.one(await this.keys.find(admission, oneself(admission), id));
  }

  @Post(':id/rotate')
  @Header('cache-control', 'no-store')
  @Requires('keys.own', { ownAccount: true, persists: true })
  @ApiOperation({
    summary: "Put a new key in the place of one of one's own",
    description: 'It is the same in all but the secret, and ends when the old one would have.',
  })
  @AnswersWith(CreatedApiKey, 201)
  @Conflicts('KEY_ENDED', 'KEY_ROTATED')
  async rotate(
    @Admitted() admission: Admission,
    @IdParam('id', 'API key') id: string,
    @ValidBody(RotateApiKey) body: RotateApiKey,
  ): Promise<CreatedApiKey> {
    return apiKeyAnswers.made(await this.rotation.rotate(admission, oneself(admission), id, body.grace));
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('keys.own', { ownAccount: true })
  @ApiOperation({ summary: "Revoke one of one's own API keys" })
  async revoke(@Admitted() admission: Admission, @IdParam('id', 'API key') id: string): Promise<void> {
    await this.keys.revoke(admission, oneself(admission), id);
  }
}

function oneself(admission: Admission): string {
  const userId = userIdOf(admission.principal);
  if (userId === undefined) throw new Error('a credential that stands for no user was admitted as one');
  return userId;
}
