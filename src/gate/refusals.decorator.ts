import { ApiResponse } from '@nestjs/swagger';

/** Tells OpenAPI of a refusal that doesn't follow from the demand: its status and codes. */
export function Refuses(status: number, why: string, ...codes: string[]): MethodDecorator {
  const schema = { $ref: '#/components/schemas/Problem' };
  const description = `${why}: ${codes.join(', ')}.`;
  return ApiResponse({ status, description, content: { 'application/problem+json': { schema } } });
}

/** Tells OpenAPI with which codes a handler answers 409. */
export function Conflicts(...codes: string[]): MethodDecorator {
  return Refuses(409, 'What is there stands against it', ...codes);
}
