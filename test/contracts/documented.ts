import type { Sent } from '../harness/http-client.js';
import type { World } from './world.js';

/** The documents that are honoured. */
export type DocumentName =
  'RedCloud' | 'Cloudheed guide' | 'Cloudheed reference' | 'CloudSync' | 'Switchboard';

/** One thing that a document says can be done. */
export interface Documented {
  readonly document: DocumentName;
  /** What the document calls it, or does there. */
  readonly title: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As documented; any host where the document leaves it to the installation. */
  readonly host?: string;
  readonly path: string;
  /** What the document leaves out, and what was put in its place. */
  readonly convention?: string;
  /** How it is replayed; or with what it is still to come. */
  readonly replay: Replay | 'OAuth 2.0';
}

export interface Replay {
  /** What must be so before, where the examples before this one don't see to it. */
  readonly given?: (world: World) => Promise<void>;
  /** Headers and body, as in the example. */
  readonly send: (world: World) => Sent;
  readonly status: number;
  /** Every member of the answer, with its type; a list stands for all its items. Undefined: nothing is documented. */
  readonly types?: Types;
  /** Members whose very value is documented. */
  readonly says?: object;
  /** Headers of the answer that are documented. */
  readonly headers?: Readonly<Record<string, unknown>>;
  /** What later examples need to know of the answer. */
  readonly learn?: (world: World, body: never) => void;
}

/** The shape of a JSON value. `time` is a string as in RFC 3339. */
export type Types =
  'string' | 'number' | 'boolean' | 'null' | 'time' | readonly Types[] | { readonly [member: string]: Types };

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** The shape of a value. Items of a list that differ are all told. */
export function typesOf(value: unknown): Types {
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    const shapes = new Map(value.map((item) => [JSON.stringify(typesOf(item)), typesOf(item)]));
    return [...shapes.values()];
  }
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, typesOf(member)]));
  if (typeof value === 'string') return time.test(value) ? 'time' : 'string';
  return typeof value === 'number' ? 'number' : 'boolean';
}
