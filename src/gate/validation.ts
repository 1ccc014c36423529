import { Readable } from 'node:stream';
import {
  applyDecorators,
  Body,
  HttpCode,
  Param,
  Query,
  type ArgumentMetadata,
  type PipeTransform,
} from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { isUuid } from '../kernel/id.js';
import { Problem, type FieldError } from '../kernel/problem.js';
import { readJsonBody, readSignedBody, type UnreadBody } from './json-body.js';

/**
 * The request's body, read as JSON after the gate's yes and checked against a schema, which OpenAPI shows as well. Use
 * `z.strictObject`: a member that nobody reads is an error the caller should hear of.
 * @throws Problem 400 naming each wrong member; 413 and 415 for a body that isn't read
 */
export function ValidBody(schema: z.ZodType): ParameterDecorator {
  return Body({ schema, pipes: [bodyPipe] });
}

/** The request's body byte for byte, read after the gate's yes. @throws Problem 413 and 415 for a body that isn't read */
export function RawBody(): ParameterDecorator {
  return Body(rawBodyPipe);
}

/** A value that was read by hand, checked against a schema. @throws Problem 400 naming each wrong member */
export function validated<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw Problem.invalid(parsed.error.issues.flatMap(fieldErrors).slice(0, maxErrors));
}

/** The whole query, checked against a schema. A name that comes twice is a list, and fails where one value is wanted. */
export function ValidQuery(schema: z.ZodType): ParameterDecorator {
  return Query({ schema, pipes: [schemaPipe] });
}

/** All path parameters, checked against a schema. */
export function ValidParams(schema: z.ZodType): ParameterDecorator {
  return Param({ schema, pipes: [schemaPipe] });
}

/** A path parameter that is an id. What can't be one is answered as any id that doesn't exist: 404 (G5). */
export function IdParam(name = 'id', what?: string): ParameterDecorator {
  return Param(name, { schema: z.uuid(), pipes: [new IdPipe(what)] });
}

/** The status and body of a handler's success. Sets the status and tells OpenAPI of both; the body itself isn't checked. */
export function AnswersWith(schema: z.ZodType, status = 200, description = ''): MethodDecorator {
  return applyDecorators(HttpCode(status), ApiResponse({ status, description, standardSchema: schema }));
}

const maxErrors = 20;

class SchemaPipe implements PipeTransform<unknown, unknown> {
  transform(value: unknown, { schema }: ArgumentMetadata): unknown {
    return validated(schema as unknown as z.ZodType, value);
  }
}

class RawBodyPipe implements PipeTransform<unknown, Promise<Buffer>> {
  async transform(body: unknown): Promise<Buffer> {
    // A request without a body has nothing on the wire.
    return body instanceof Readable ? readSignedBody(body as UnreadBody) : Buffer.alloc(0);
  }
}

class BodyPipe extends SchemaPipe {
  override async transform(body: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    return super.transform(
      body instanceof Readable ? await readJsonBody(body as UnreadBody) : body,
      metadata,
    );
  }
}

class IdPipe implements PipeTransform<unknown, string> {
  constructor(private readonly what: string | undefined) {}

  transform(value: unknown): string {
    if (typeof value === 'string' && isUuid(value)) return value;
    throw Problem.notFound(this.what);
  }
}

const schemaPipe = new SchemaPipe();
const bodyPipe = new BodyPipe();
const rawBodyPipe = new RawBodyPipe();

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...path, key].join('.'),
      message: 'is not a member that is known here',
    }));
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const message = missing ? (path.length === 0 ? 'A body is required.' : 'is required') : issue.message;
  return [{ field: path.join('.'), message }];
}
