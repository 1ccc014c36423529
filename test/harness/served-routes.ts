import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

/** One line of the router's tree: how deep it stands, its part of the path, its methods. */
const line = /^(?<indent>[ │]*)[├└]── (?<part>\S+) \((?<methods>[A-Z, ]+)\)$/;
const indentWidth = 4;

/**
 * What an HTTP server answers: `METHOD path` of each route, read off the router itself and not off Nest, so that what
 * was registered behind Nest's back is in it too.
 */
export function servedRoutes(app: NestFastifyApplication): string[] {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  const above: string[] = [];
  return fastify
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .filter((text) => text !== '')
    .flatMap((text) => {
      const { indent = '', part = '', methods = '' } = line.exec(text)?.groups ?? {};
      if (part === '') throw new Error(`a line of the router's tree that can't be read: ${text}`);
      above.length = indent.length / indentWidth;
      above.push(part);
      return methods.split(', ').map((method) => `${method} ${above.join('')}`);
    });
}
