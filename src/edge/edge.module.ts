import { Module, type DynamicModule } from '@nestjs/common';
import { edgeOptions, type EdgeOptions } from './edge-options.js';
import { ForwardAuthController } from './forward-auth.controller.js';

/**
 * The doors for other programs' requests that are Nest controllers. `Gatekeeper` must be provided by a global module. The proxy is no
 * controller: the composition root hangs it into Fastify by `registerProxyDoor`.
 */
@Module({})
export class EdgeModule {
  static register(options: EdgeOptions): DynamicModule {
    return {
      module: EdgeModule,
      controllers: [ForwardAuthController],
      providers: [{ provide: edgeOptions, useValue: options }],
    };
  }
}
