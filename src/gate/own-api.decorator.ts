import { applyDecorators, Controller, UseInterceptors } from '@nestjs/common';
import { SurfaceInterceptor } from './surface.interceptor.js';

/** A controller of Gatehouse's own API: on every surface, in the words of each. */
export function OwnApi(path: string): ClassDecorator {
  return applyDecorators(Controller(path), UseInterceptors(new SurfaceInterceptor()));
}
