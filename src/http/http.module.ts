import { Module, type DynamicModule } from '@nestjs/common';
import { DocsController } from './docs.controller.js';
import { HealthController } from './health.controller.js';
import { HTTP_OPTIONS, type HttpOptions } from './http-options.js';
import { OpenApiDocument } from './openapi-document.js';
import { ProblemFilter } from './problem.filter.js';

/** What every HTTP program needs besides its own API: health, documentation, one shape of errors. */
@Module({})
export class HttpModule {
  static with(options: HttpOptions): DynamicModule {
    return {
      module: HttpModule,
      controllers: [HealthController, DocsController],
      providers: [{ provide: HTTP_OPTIONS, useValue: options }, OpenApiDocument, ProblemFilter],
      exports: [OpenApiDocument, ProblemFilter],
    };
  }
}
