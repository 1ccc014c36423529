import { Body, Param, Query, StandardSchemaValidationPipe, type PipeTransform } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { isUuid } from '../kernel/id.js';
import { Problem, type FieldError } from '../kernel/problem.js';

/** What zod and every other Standard Schema library says of one fault. */
interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
  /** Only zod's: the members that the schema doesn't know. */
  readonly keys?: readonly string[];
}

const schemaPipe = new StandardSchemaValidationPipe({
  exceptionFactory: (issues) => Problem.invalid((issues as readonly Issue[]).flatMap(fieldErrors)),
});

const idPipe: PipeTransform<unknown, string> = {
  transform(value) {
    // No id of ours looks like that: the same answer as for any other id that isn't there (G5).
    if (typeof value !== 'string' || !isUuid(value.toLowerCase())) throw Problem.notFound();
    return value.toLowerCase();
  },
};

/** The request's body, checked against a strict schema: an unknown member is refused by name with 400. */
export const ValidBody = (schema: z.ZodType): ParameterDecorator => Body({ schema, pipes: [schemaPipe] });

/** The request's query, checked against a strict schema. */
export const ValidQuery = (schema: z.ZodType): ParameterDecorator => Query({ schema, pipes: [schemaPipe] });

/** An id in the path. Malformed, foreign and random ids get the same 404. */
export const IdParam = (name = 'id'): ParameterDecorator => Param(name, idPipe);

/** Says in OpenAPI what a handler answers with. */
export const AnswersWith = (schema: z.ZodType, status = 200, description = ''): MethodDecorator =>
  ApiResponse({ status, standardSchema: schema as never, description });

function fieldErrors(issue: Issue): FieldError[] {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  if (issue.keys === undefined) return [{ field: path.join('.'), message: issue.message }];
  return issue.keys.map((key) => ({ field: [...path, key].join('.'), message: 'is not a member of this object' }));
}
