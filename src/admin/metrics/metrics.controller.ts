import { Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { Metrics } from './metrics.js';

/**
 * Figures about all tenants together, so only for the operator's. The address a request comes from is no credential here
 * either: a scraper gets an API key with nothing but this permission.
 */
@ApiTags('operations')
@OwnApi('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Requires('admin.audit', { operator: true })
  @ApiOperation({ summary: 'Figures for Prometheus', description: 'Only in the operator tenant.' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  async read(): Promise<string> {
    return this.metrics.write();
  }
}
