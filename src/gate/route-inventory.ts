import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { demandMetadata, type DeclaredDemand } from './demand.decorator.js';

/** One route of Gatehouse's own API. */
export interface OwnRoute {
  readonly method: string;
  readonly path: string;
  /** `Controller.method`. */
  readonly handler: string;
  readonly demand: DeclaredDemand;
}

/**
 * Every route that a controller of this program serves, found by asking Nest.
 * @throws Error naming the handlers that declare no demand: the program must not start with one (G6)
 */
export function inventoryRoutes(discovery: DiscoveryService, scanner: MetadataScanner): OwnRoute[] {
  const undeclared: string[] = [];
  const routes = discovery.getControllers().flatMap(({ metatype }) => {
    if (typeof metatype !== 'function') return [];
    const prototype = metatype.prototype as object;
    return scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = (prototype as Record<string, unknown>)[name] as object;
      const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
      if (method === undefined) return [];
      const demand = Reflect.getMetadata(demandMetadata, handler) as DeclaredDemand | undefined;
      if (demand === undefined) {
        undeclared.push(`${metatype.name}.${name}`);
        return [];
      }
      return pathsOf(metatype, handler).map((path) => ({
        method: RequestMethod[method],
        path,
        handler: `${metatype.name}.${name}`,
        demand,
      }));
    });
  });
  if (undeclared.length > 0) {
    throw new Error(`these handlers declare neither @Requires nor @Public: ${undeclared.sort().join(', ')}`);
  }
  return routes.sort((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1));
}

function pathsOf(controller: object, handler: object): string[] {
  const prefixes = listed(Reflect.getMetadata(PATH_METADATA, controller));
  const paths = listed(Reflect.getMetadata(PATH_METADATA, handler));
  return prefixes.flatMap((prefix) =>
    paths.map((path) => `/${[prefix, path].map(trim).filter(Boolean).join('/')}`),
  );
}

function listed(value: unknown): string[] {
  return Array.isArray(value) ? (value as string[]) : [typeof value === 'string' ? value : ''];
}

function trim(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}
