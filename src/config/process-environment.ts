import type { ProcessEnvironment } from './environment.js';

/** The environment this process was started with. Read here and nowhere else. */
export function processEnvironment(): ProcessEnvironment {
  return process.env;
}
