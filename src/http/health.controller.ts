import { Controller, Get, Header, HttpStatus, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { HTTP_OPTIONS, type HttpOptions } from './http-options.js';
import { OpenPage } from './open-page.decorator.js';
import type { ReadinessCheck } from './readiness.js';

const why = 'probes come from machines that hold no credential';
const unrecorded = 'probes come every few seconds and decide nothing about anybody';
const deadlineMs = 1000;

@ApiTags('operations')
@Controller('health')
export class HealthController {
  #wasReady = true;

  constructor(@Inject(HTTP_OPTIONS) private readonly options: HttpOptions) {}

  @Get('live')
  @Header('cache-control', 'no-store')
  @OpenPage(why, unrecorded)
  @ApiOperation({ summary: 'Whether the process runs' })
  @ApiOkResponse({ schema: { type: 'object', properties: { status: { type: 'string', enum: ['live'] } } } })
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('ready')
  @Header('cache-control', 'no-store')
  @OpenPage(why, unrecorded)
  @ApiOperation({ summary: 'Whether requests can be decided now' })
  @ApiOkResponse({ description: 'Ready', schema: readinessSchema() })
  @ApiServiceUnavailableResponse({ description: 'Not ready', schema: readinessSchema() })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const checks = await this.#checks();
    const ready = checks.every(({ ok }) => ok);
    this.#report(ready, checks);
    void reply.code(ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    // Only names: details may hold addresses and messages of other programs.
    return { status: ready ? 'ready' : 'not ready', checks: checks.map(({ name, ok }) => ({ name, ok })) };
  }

  async #checks(): Promise<readonly ReadinessCheck[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<ReadinessCheck[]>((resolve) => {
      timer = setTimeout(() => resolve([{ name: 'answer in time', ok: false }]), deadlineMs);
    });
    const failed = (error: unknown): ReadinessCheck[] => {
      return [{ name: 'check', ok: false, detail: error instanceof Error ? error.message : 'unknown error' }];
    };
    try {
      return await Promise.race([this.options.readiness.check().catch(failed), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Once for each change: probes come all the time. */
  #report(ready: boolean, checks: readonly ReadinessCheck[]): void {
    if (ready === this.#wasReady) return;
    this.#wasReady = ready;
    if (ready) this.options.logger.info({ checks }, 'ready again');
    else this.options.logger.warn({ checks }, 'not ready');
  }
}

function readinessSchema() {
  const check = {
    type: 'object',
    properties: { name: { type: 'string' }, ok: { type: 'boolean' } },
    required: ['name', 'ok'],
  };
  return {
    type: 'object',
    properties: {
      status: { type: 'string', enum: ['ready', 'not ready'] },
      checks: { type: 'array', items: check },
    },
    required: ['status', 'checks'],
  };
}
