import { Controller } from '@nestjs/common';

/** A controller of Gatehouse's own API, reachable at `/<path>` and at `/api/v1/<path>`. */
export function OwnApi(path: string): ClassDecorator {
  return Controller([path, `api/v1/${path}`]);
}
