import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '../kernel/problem.js';
import { problemAnswer } from '../kernel/surface.js';
import { HTTP_OPTIONS, type HttpOptions } from './http-options.js';
import { problemOf } from './problem-of.js';

/** The one place where an error becomes an answer: `application/problem+json` (RFC 9457), or what the surface has in its place. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(HTTP_OPTIONS) private readonly options: HttpOptions) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { head } = request.gatehouse;
    // A path that can be read in two ways reaches no handler; that, and not the missing handler, is what is wrong.
    const thrown = problemOf(error);
    const problem =
      thrown.status === 404 && head.path === '' && head.fault !== undefined ? head.fault : thrown;
    this.#report(problem, error, head.correlationId);
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy(); // half an answer must not look like a whole one
      return;
    }
    const { status, headers, body } = problemAnswer(problem, head, this.options.publicUrl);
    // As bytes: to a text, Fastify would add a character set that the media type doesn't have.
    void reply.code(status).headers(headers).send(Buffer.from(body));
  }

  #report(problem: Problem, error: unknown, correlationId: string): void {
    const facts = {
      correlation_id: correlationId,
      status: problem.status,
      code: problem.code,
      reason: problem.reason,
    };
    if (problem.status === 500) this.options.logger.error({ ...facts, err: error }, 'a defect');
    else if (problem.status > 500) this.options.logger.warn(facts, 'a request could not be served');
    else this.options.logger.debug(facts, 'a request was refused');
  }
}
