import type { EndedRequest } from './inbound.js';
import type { Logger } from './logger.js';

/** Writes one line for each request that is over. The path goes without its query, which can carry secrets. */
export function requestLog(logger: Logger): (request: EndedRequest) => void {
  return ({ context, status, durationMs }) => {
    const { head, admitted } = context;
    const principal = admitted?.principal ?? null;
    logger.info(
      {
        correlation_id: head.correlationId,
        method: head.method,
        path: head.path,
        surface: head.surface?.dialect.name ?? null,
        status,
        duration_ms: Math.round(durationMs * 10) / 10,
        tenant: admitted === undefined || admitted.principal === null ? null : admitted.scope.tenantId,
        principal: principal?.kind ?? null,
      },
      'request',
    );
  };
}
