import { Delete, Get, Header, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Admitted } from '../../gate/admitted.decorator.js';
import { Conflicts } from '../../gate/refusals.decorator.js';
import { Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { AnswersWith, IdParam, ValidBody, ValidQuery } from '../../gate/validation.js';
import { apiKeyAnswers } from '../../identity/api-keys/api-key-answers.js';
import {
  ApiKey,
  ApiKeyList,
  ApiKeyQuery,
  CreatedApiKey,
  NewApiKey,
  RotateApiKey,
} from '../../identity/api-keys/api-key.schemas.js';
import { ApiKeyService } from '../../identity/api-keys/api-key.service.js';
import { KeyRotation } from '../../identity/api-keys/key-rotation.js';
import type { Admission } from '../../kernel/admission.js';

@ApiTags('users')
@OwnApi('admin/users/:id/api-keys')
export class UserKeysController {
  constructor(
    private readonly keys: ApiKeyService,
    private readonly rotation: KeyRotation,
  ) {}

  @Get()
  @Requires('admin.keys')
  @ApiOperation({ summary: "List a user's API keys", description: 'Revoked and expired ones too.' })
  @AnswersWith(ApiKeyList)
  async list(
    @Admitted() admission: Admission,
    @IdParam('id', 'user') userId: string,
    @ValidQuery(ApiKeyQuery) query: ApiKeyQuery,
  ): Promise<ApiKeyList> {
    return apiKeyAnswers.list(
      await this.keys.list(admission, userId, apiKeyAnswers.page(query), query.status),
    );
  }

  @Post()
  @Header('cache-control', 'no-store')
  @Requires('admin.keys', { persists: true })
  @ApiOperation({
    summary: 'Make an API key for a user',
    description: "With scopes among what both the caller and the user's role hold.",
  })
  @AnswersWith(CreatedApiKey, 201)
  @Conflicts('USER_DISABLED')
  async create(
    @Admitted() admission: Admission,
    @IdParam('id', 'user') userId: string,
    @ValidBody(NewApiKey) body: NewApiKey,
  ): Promise<CreatedApiKey> {
    return apiKeyAnswers.made(await this.keys.create(admission, userId, apiKeyAnswers.request(body)));
  }

  @Get(':keyId')
  @Requires('admin.keys')
  @ApiOperation({ summary: "One of a user's API keys" })
  @AnswersWith(ApiKey)
  async find(
    @Admitted() admission: Admission,
    @IdParam('id', 'API key') userId: string,
    @IdParam('keyId', 'API key') id: string,
  ): Promise<ApiKey> {
    return apiKeyAnswers.one(await this.keys.find(admission, userId, id));
  }

  @Post(':keyId/rotate')
  @Header('cache-control', 'no-store')
  @Requires('admin.keys', { persists: true })
  @ApiOperation({
    summary: "Put a new key in the place of one of a user's",
    description: 'It is the same in all but the secret, and ends when the old one would have.',
  })
  @AnswersWith(CreatedApiKey, 201)
  @Conflicts('KEY_ENDED', 'KEY_ROTATED', 'USER_DISABLED')
  async rotate(
    @Admitted() admission: Admission,
    @IdParam('id', 'API key') userId: string,
    @IdParam('keyId', 'API key') id: string,
    @ValidBody(RotateApiKey) body: RotateApiKey,
  ): Promise<CreatedApiKey> {
    return apiKeyAnswers.made(await this.rotation.rotate(admission, userId, id, body.grace));
  }

  @Delete(':keyId')
  @HttpCode(204)
  @Requires('admin.keys')
  @ApiOperation({ summary: "Revoke one of a user's API keys" })
  async revoke(
    @Admitted() admission: Admission,
    @IdParam('id', 'API key') userId: string,
    @IdParam('keyId', 'API key') id: string,
  ): Promise<void> {
    await this.keys.revoke(admission, userId, id);
  }
}
