import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Problem } from '../kernel/problem.js';
import { docsAsset } from './docs-assets.js';
import { apiPage, errorPage, errorsPage } from './docs-pages.js';
import { OpenApiDocument } from './openapi-document.js';
import { OpenPage } from './open-page.decorator.js';

const why = 'the documentation is the same for everybody';
const unrecorded = 'reading the documentation decides nothing about anybody';
/** Nothing is loaded from elsewhere. The viewer sets styles on its elements and draws with data URLs. */
const contentPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

@ApiExcludeController()
@Controller()
export class DocsController {
  constructor(private readonly openApi: OpenApiDocument) {}

  @Get('openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'no-cache')
  @OpenPage(why, unrecorded)
  description(): string {
    return this.openApi.text();
  }

  @Get('docs')
  @OpenPage(why, unrecorded)
  api(@Res({ passthrough: true }) reply: FastifyReply): string {
    return html(reply, apiPage());
  }

  @Get('docs/errors')
  @OpenPage(why, unrecorded)
  errors(@Res({ passthrough: true }) reply: FastifyReply): string {
    return html(reply, errorsPage());
  }

  @Get('docs/errors/:code')
  @OpenPage(why, unrecorded)
  error(@Param('code') code: string, @Res({ passthrough: true }) reply: FastifyReply): string {
    const page = errorPage(code);
    if (page === undefined) throw Problem.notFound('error code');
    return html(reply, page);
  }

  @Get('docs/assets/:file')
  @OpenPage(why, unrecorded)
  async asset(
    @Param('file') file: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | Buffer> {
    const asset = await docsAsset(file);
    if (asset === undefined) throw Problem.notFound('file');
    void reply.headers({ 'content-type': asset.type, 'cache-control': 'public, max-age=3600', ...noSniff });
    return asset.content;
  }
}

const noSniff = { 'x-content-type-options': 'nosniff' };

function html(reply: FastifyReply, page: string): string {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentPolicy,
    ...noSniff,
  };
  void reply.headers(headers);
  return page;
}
