import { Headers, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PubliclyAdmitted } from '../../gate/admitted.decorator.js';
import { Public } from '../../gate/demand.decorator.js';
import { parseJson } from '../../gate/json-body.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { Refuses } from '../../gate/refusals.decorator.js';
import { AnswersWith, RawBody, validated, ValidBody } from '../../gate/validation.js';
import type { PublicAdmission } from '../../kernel/admission.js';
import { Denial } from '../../kernel/denial.js';
import { Secret } from '../../kernel/secret.js';
import { inEvenTime } from './even-time.js';
import { GithubSignatures } from './github-signature.js';
import { LeakedKeys, type LeakReport } from './leaked-keys.service.js';
import { GithubAnswer, GithubMatches, LeakedKeyAnswer, LeakedKeyReport } from './leaked.schemas.js';

/** Longer than a revocation takes. */
const answerAfterMs = 150;
const maxUrlLength = 500;

@ApiTags('leaked keys')
@OwnApi('keys/leaked')
export class LeakedKeysController {
  constructor(
    private readonly leaked: LeakedKeys,
    private readonly signatures: GithubSignatures,
  ) {}

  @Post()
  @Public('whoever finds a key can report it', { attempt: true })
  @ApiOperation({
    summary: 'Report a leaked API key',
    description:
      'If it is genuine it is revoked. The answer is the same either way, and comes after the same time.',
  })
  @AnswersWith(LeakedKeyAnswer, 202)
  async report(
    @PubliclyAdmitted() admission: PublicAdmission,
    @ValidBody(LeakedKeyReport) { key }: LeakedKeyReport,
  ): Promise<LeakedKeyAnswer> {
    const report: LeakReport = { key: new Secret(key), reportedBy: 'finder' };
    await inEvenTime(answerAfterMs, this.leaked.report(admission, [report]));
    return { status: 'received' };
  }

  @Post('github')
  @Public('the signature over the body is the credential')
  @ApiOperation({
    summary: 'Report leaked API keys, as GitHub’s secret scanning does',
    description: 'The body must be signed by one of the keys listed under leaked_keys in gatehouse.yaml.',
  })
  @ApiBody({ schema: { type: 'array', items: { type: 'object' } } })
  @AnswersWith(GithubAnswer)
  @Refuses(403, 'The signature is not one by a key that is configured', 'SIGNATURE_INVALID')
  async reportByGithub(
    @PubliclyAdmitted() admission: PublicAdmission,
    @Headers('github-public-key-identifier') identifier: string | undefined,
    @Headers('github-public-key-signature') signature: string | undefined,
    @RawBody() body: Buffer,
  ): Promise<GithubAnswer> {
    // First of all: nobody else learns anything here, not even whether a body is well formed.
    if (!this.signatures.verifies(body, { identifier, signature })) throw notSigned();
    const matches = validated(GithubMatches, parseJson(body));
    const reports = matches.map(({ token, url }): LeakReport => {
      return { key: new Secret(token), reportedBy: 'github', foundAt: placeOf(url, token) };
    });
    const genuine = await this.leaked.report(admission, reports);
    return matches.map(({ type }, index) => ({
      token_hash: reports[index]?.key.digest().toString('hex') ?? '',
      token_type: type,
      label: genuine[index] === true ? 'true_positive' : 'false_positive',
    }));
  }
}

/** Where a key was found, as it may stand in the trail and in a mail: a web address, without the key. */
function placeOf(url: string | null | undefined, token: string): string | undefined {
  if (url === null || url === undefined || url.length > maxUrlLength || !URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  return protocol === 'https:' && !href.includes(token) ? href : undefined;
}

function notSigned(): Denial {
  return Denial.refused('SIGNATURE_INVALID', 'The signature over the body is not valid.');
}
