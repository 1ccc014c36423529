import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Admission, PublicAdmission } from '../kernel/admission.js';

/** The admission of a handler that `@Requires` something: its first argument. */
export const Admitted = createParamDecorator((_data: unknown, context: ExecutionContext): Admission => {
  const admitted = admissionOf(context);
  if (admitted === undefined || admitted.principal === null)
    throw new Error('a handler ran without an admission');
  return admitted;
});

/** The admission of a handler that is `@Public`: who they are was not asked. */
export const PubliclyAdmitted = createParamDecorator(
  (_data: unknown, context: ExecutionContext): PublicAdmission => {
    const admitted = admissionOf(context);
    if (admitted === undefined || admitted.principal !== null)
      throw new Error('a public handler ran without an admission');
    return admitted;
  },
);

function admissionOf(context: ExecutionContext): Admission | PublicAdmission | undefined {
  return context.switchToHttp().getRequest<FastifyRequest>().gatehouse.admitted;
}
