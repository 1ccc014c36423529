import { z } from 'zod';

const maxTokenLength = 500;
const maxMatches = 2000;

export const LeakedKeyReport = z
  .strictObject({
    key: z
      .string()
      .trim()
      .min(1, 'must not be empty')
      .max(maxTokenLength, `must be at most ${maxTokenLength} characters long`)
      .meta({ description: 'The key that was found' }),
  })
  .meta({ id: 'LeakedKeyReport' });
export type LeakedKeyReport = z.infer<typeof LeakedKeyReport>;

export const LeakedKeyAnswer = z
  .strictObject({ status: z.literal('received') })
  .meta({ id: 'LeakedKeyAnswer' });
export type LeakedKeyAnswer = z.infer<typeof LeakedKeyAnswer>;

/** GitHub's list of matches. Members that it may add one day are none of our business. */
export const GithubMatches = z
  .array(
    z.object({
      token: z.string().min(1).max(maxTokenLength),
      type: z.string().max(maxTokenLength),
      url: z.string().nullish(),
    }),
  )
  .max(maxMatches, `must hold at most ${maxMatches} matches`);
export type GithubMatches = z.infer<typeof GithubMatches>;

/** GitHub's format for what became of each match. */
export const GithubAnswer = z
  .array(
    z.strictObject({
      token_hash: z.string().meta({ description: 'SHA-256 of the token, in hexadecimal' }),
      token_type: z.string(),
      label: z.enum(['true_positive', 'false_positive']),
    }),
  )
  .meta({ id: 'GithubAnswer' });
export type GithubAnswer = z.infer<typeof GithubAnswer>;
