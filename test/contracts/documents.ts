import { cloudheedGuide, cloudheedReference } from './cloudheed.js';
import { cloudsyncExamples } from './cloudsync.js';
import type { Documented } from './documented.js';
import { redcloudExamples } from './redcloud.js';
import { switchboardExamples } from './switchboard.js';

/** Everything that the documents say can be done, in an order in which one thing leads to the next. */
export const documents: readonly Documented[] = [
  ...redcloudExamples,
  ...cloudheedReference,
  ...cloudheedGuide,
  ...cloudsyncExamples,
  ...switchboardExamples,
];
