import type { Logger } from './logger.js';
import type { Readiness } from './readiness.js';

/** Token under which {@link HttpOptions} are injected. */
export const HTTP_OPTIONS = Symbol('HTTP options');

/** What this folder is given by the composition root. */
export interface HttpOptions {
  /** Where this installation lives: absolute, without a trailing slash. */
  readonly publicUrl: string;
  readonly logger: Logger;
  readonly readiness: Readiness;
}
