import type { Demand } from '../kernel/demand.js';
import { Denial } from '../kernel/denial.js';
import type { RequestHead } from '../kernel/request-head.js';
import { isOwnPath } from '../kernel/own-paths.js';
import { RoutePattern } from './route-pattern.js';

/** One line of the configuration: who may send what where. */
export interface RouteConfig {
  readonly methods: readonly string[];
  /** A {@link RoutePattern}. */
  readonly path: string;
  /** Name of the upstream that answers. */
  readonly upstream: string;
  readonly demand: Demand;
}

export type RouteMatch =
  | {
      readonly kind: 'one';
      readonly route: RouteConfig;
      readonly params: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'many'; readonly routes: readonly RouteConfig[] };

/**
 * The installation's routes, immutable. A request answers to exactly one of them or is denied (G6): there is no order of
 * precedence in which a weaker demand could hide a stricter one.
 */
export class RouteTable {
  readonly #byMethod: ReadonlyMap<string, readonly Entry[]>;

  /** @throws Error with a sentence that names the route, or both, when a line can't be meant as it stands */
  constructor(routes: readonly RouteConfig[]) {
    const entries = routes.map(readRoute);
    refuseTwins(entries);
    this.#byMethod = new Map(
      routableMethods.map((method) => [method, entries.filter((entry) => entry.methods.has(method))]),
    );
  }

  /**
   * @param path canonical path, without query
   * @returns `none` also for a known path with another method: 404 rather than 405, so that nobody who wasn't asked who
   * they are can list the methods of a route
   */
  match(method: string, path: string): RouteMatch {
    if (isOwnPath(path)) return { kind: 'none' };
    const segments = path.split('/').slice(1);
    const found: MatchedRoute[] = [];
    for (const { route, pattern } of this.#byMethod.get(method) ?? []) {
      const params = pattern.match(segments);
      if (params !== undefined) found.push({ kind: 'one', route, params });
    }
    const [first, ...others] = found;
    if (first === undefined) return { kind: 'none' };
    return others.length === 0 ? first : { kind: 'many', routes: found.map(({ route }) => route) };
  }
}

/** The one route of a request. */
export type MatchedRoute = Extract<RouteMatch, { readonly kind: 'one' }>;

/** @returns the route that a head answers to, or why it is denied */
export function matchedRoute(table: RouteTable, head: RequestHead): MatchedRoute | Denial {
  const match = table.match(head.method, head.path);
  switch (match.kind) {
    case 'one':
      return match;
    case 'none':
      return Denial.noRoute('no route answers to it');
    case 'many':
      return Denial.noRoute(
        `more than one route answers to it: ${match.routes.map(routeName).join(' and ')}`,
      );
  }
}

/** CONNECT would open a tunnel; TRACE would hand the client the identity headers that are the upstream's alone. */
const routableMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** A route as it is named in errors and reasons: `GET,POST /scans`. */
function routeName(route: RouteConfig): string {
  return `${route.methods.join(',')} ${route.path}`;
}

interface Entry {
  readonly route: RouteConfig;
  readonly pattern: RoutePattern;
  /** The methods listed, and HEAD wherever GET is. */
  readonly methods: ReadonlySet<string>;
}

function readRoute(route: RouteConfig): Entry {
  try {
    return { route, pattern: RoutePattern.parse(route.path), methods: readMethods(route.methods) };
  } catch (error) {
    throw new Error(`route ${routeName(route)} ${(error as Error).message}`, { cause: error });
  }
}

function readMethods(methods: readonly string[]): ReadonlySet<string> {
  if (methods.length === 0) throw new Error('lists no method');
  const known: readonly string[] = routableMethods;
  const unknown = methods.find((method) => !known.includes(method));
  if (unknown !== undefined) throw new Error(`lists ${unknown}, which is not one of ${known.join(', ')}`);
  const twice = methods.find((method, at) => methods.indexOf(method) !== at);
  if (twice !== undefined) throw new Error(`lists ${twice} twice`);
  return new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods);
}

/** Two routes of the same shape would deny every request that they share, which nobody can have meant. */
function refuseTwins(entries: readonly Entry[]): void {
  const seen = new Map<string, RouteConfig>();
  for (const { route, pattern, methods } of entries) {
    for (const method of methods) {
      const key = `${method} ${pattern.shape}`;
      const twin = seen.get(key);
      if (twin !== undefined) {
        throw new Error(`routes ${routeName(twin)} and ${routeName(route)} both answer ${key}`);
      }
      seen.set(key, route);
    }
  }
}
