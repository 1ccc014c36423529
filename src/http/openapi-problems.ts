import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = Operation['responses'];

/** The refusals that operations have in common. */
const refusals: Readonly<Record<number, readonly [name: string, description: string]>> = {
  400: ['InvalidRequest', 'The request is malformed or ambiguous.'],
  401: ['Unauthorized', 'No credential was sent, or the one that decides is not valid.'],
  403: ['Forbidden', 'The identity is known and may not do this.'],
  404: ['NotFound', 'There is no such object, or none that the caller may know of.'],
  413: ['PayloadTooLarge', 'The body is too large.'],
  415: ['UnsupportedMediaType', 'The body is not JSON.'],
  429: ['RateLimited', 'Too many requests; Retry-After says when to come back.'],
  503: [
    'Unavailable',
    'The request could not be checked, so nothing was done; Retry-After says when to come back.',
  ],
};

/** Schemas and responses of RFC 9457 problem documents. */
export const problemComponents = {
  schemas: { Problem: problemSchema() },
  responses: Object.fromEntries(
    Object.values(refusals).map(([name, description]) => [
      name,
      {
        description,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  ),
};

/** An operation with the refusals that follow from what it demands and takes. What it says by itself stays. */
export function withProblems(path: string, operation: Operation): Operation {
  const common: Responses = {};
  for (const status of statusesOf(path, operation)) {
    const [name = ''] = refusals[status] ?? [];
    common[String(status)] = { $ref: `#/components/responses/${name}` };
  }
  return { ...operation, responses: { ...common, ...operation.responses } };
}

function statusesOf(path: string, operation: Operation): number[] {
  const demand = (operation as { 'x-gatehouse-demand'?: { kind?: string; unrecorded?: string } })[
    'x-gatehouse-demand'
  ];
  const statuses = [400];
  if (demand?.kind !== 'public') statuses.push(401, 403);
  if (path.includes('{') || demand?.kind === 'own') statuses.push(404);
  if (operation.requestBody !== undefined) statuses.push(413, 415);
  if (demand?.unrecorded === undefined) statuses.push(429, 503);
  return statuses;
}

function problemSchema() {
  const text = { type: 'string' };
  return {
    type: 'object',
    description: 'A problem document (RFC 9457).',
    properties: {
      type: { type: 'string', format: 'uri', description: 'A page that explains the code.' },
      title: text,
      status: { type: 'integer' },
      code: { type: 'string', description: 'Stable, for programs.' },
      detail: { type: 'string', description: 'One sentence, for people.' },
      correlation_id: { type: 'string', description: 'Finds the request in the log and in the audit trail.' },
      errors: {
        type: 'array',
        items: { type: 'object', properties: { field: text, message: text }, required: ['field', 'message'] },
      },
    },
    required: ['type', 'title', 'status', 'code', 'detail', 'correlation_id'],
  };
}
