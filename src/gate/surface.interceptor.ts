import { Readable } from 'node:stream';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import type { Dialect } from '../kernel/surface.js';
import { translateBody } from './json-body.js';

/**
 * Lets a handler of our own API speak the dialect of the surface it was asked on. It stands after the gate and around the handler, and
 * so has no say in who gets in; what an upstream answers never comes by here.
 */
export class SurfaceInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const dialect = request.gatehouse.head.surface?.dialect;
    if (dialect === undefined) return next.handle();
    const operation = operationOf(request);
    if (request.body instanceof Readable)
      translateBody(request.body, (body) => dialect.readBody(operation, body));
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(map((body: unknown) => written(dialect, operation, reply, body)));
  }
}

function written(dialect: Dialect, operation: string, reply: FastifyReply, body: unknown): unknown {
  if (!isData(body)) return body;
  const result = dialect.writeResult(operation, { status: reply.statusCode, body });
  void reply.status(result.status);
  return result.body;
}

/** Texts and streams, such as an export, are a format of their own. */
function isData(body: unknown): boolean {
  if (body === undefined || Array.isArray(body)) return true;
  if (typeof body !== 'object' || body === null) return false;
  return !(body instanceof Readable) && !Buffer.isBuffer(body) && !('getStream' in body);
}

/** `GET /auth/api-keys/:id`; HEAD is answered as GET. */
function operationOf({ method, routeOptions }: FastifyRequest): string {
  return `${method === 'HEAD' ? 'GET' : method} ${routeOptions.url ?? ''}`;
}
