import { problemResponse } from '../kernel/problem-document.js';
import type { Dialect } from '../kernel/surface.js';

/** The canonical API: what the engine says is what is written. */
export const redcloud: Dialect = {
  name: 'redcloud',
  canonicalPath: (path) => path,
  readBody: (_operation, body) => body,
  writeResult: (_operation, result) => result,
  writeProblem: (problem, head, publicUrl) => problemResponse(problem, head.correlationId, publicUrl),
};
