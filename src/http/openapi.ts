import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { OpenApiDocument } from './openapi-document.js';
import { problemComponents, withProblems } from './openapi-problems.js';

type PathItem = OpenAPIObject['paths'][string];

/** Where the canonical API usually is as well. */
const secondPrefix = '/api/v1';
const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

/** Describes a finished program at `/openapi.json` and `/docs`. */
export function serveOpenApi(app: INestApplication): void {
  app.get(OpenApiDocument, { strict: false }).publish(buildOpenApi(app));
}

/**
 * The API's description (OpenAPI 3.0), complete: every documented handler with what it demands, what it takes, what it
 * answers and how it refuses. Equal programs have equal descriptions, to the byte.
 */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, header(), {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  const { schemas = {}, ...components } = document.components ?? {};
  return {
    ...document,
    paths: sorted(ownPaths(document.paths)),
    components: {
      ...components,
      ...problemComponents,
      schemas: sorted({ ...schemas, ...problemComponents.schemas }),
    },
  };
}

function header(): Omit<OpenAPIObject, 'paths'> {
  const key =
    'A key beginning with a reserved prefix is a user’s key; any other is compared with the global key.';
  return new DocumentBuilder()
    .setTitle('Gatehouse')
    .setDescription(
      'Who, where and whether, for every request. Of several credentials, the first that is present decides.',
    )
    .setVersion('1')
    .addServer('/', 'Canonical paths')
    .addServer(secondPrefix, 'The same paths again')
    .addApiKey(
      {
        type: 'apiKey',
        in: 'header',
        name: 'X-Master-Key',
        description: 'Break-glass, with a reason in X-Break-Glass-Reason.',
      },
      'master-key',
    )
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The access token of a session.' },
      'session',
    )
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'X-API-Key', description: `${key} Also as a bearer token.` },
      'api-key',
    )
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key', description: key }, 'global-key')
    .build();
}

function ownPaths(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  return Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, finishedItem(path, item)]));
}

function finishedItem(path: string, item: PathItem): PathItem {
  const finished: PathItem = {};
  for (const method of methods) {
    const operation = item[method];
    if (operation === undefined || !isWorthShowing(method, operation)) continue;
    finished[method] = withProblems(path, operation);
  }
  return finished;
}

/** A door answers to every method alike; two are enough to say so. */
function isWorthShowing(method: string, operation: object): boolean {
  const demand = (operation as { 'x-gatehouse-demand'?: { kind?: string } })['x-gatehouse-demand'];
  return demand?.kind !== 'own' || method === 'get' || method === 'post';
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
}
