import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { demandMetadata, type PublicDemand } from '../kernel/demand.js';

/**
 * A page that anybody may see and whose visits are not written to the trail, because nothing about anybody is decided
 * or shown. It declares the same as the gate's own decorator does, which this folder may not use.
 */
export function OpenPage(why: string, unrecorded: string): MethodDecorator {
  const demand: PublicDemand = { kind: 'public', why, unrecorded };
  return applyDecorators(SetMetadata(demandMetadata, demand), ApiExtension('x-gatehouse-demand', demand));
}
