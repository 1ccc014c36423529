import type { Addressed, Surface, Surfaces } from '../kernel/surface.js';

/** Finds the surface of a request: by its host first, then by the longest prefix. */
export class SurfaceTable implements Surfaces {
  readonly #byHost = new Map<string | undefined, Surface[]>();

  /** @throws Error when two surfaces have one place, or none is at the root of any host */
  constructor(surfaces: readonly Surface[]) {
    for (const surface of surfaces) {
      const neighbours = this.#byHost.get(surface.host) ?? [];
      if (neighbours.some(({ prefix }) => prefix === surface.prefix))
        throw new Error(`surfaces: two are at ${placeOf(surface)}`);
      neighbours.push(surface);
      neighbours.sort((one, other) => other.prefix.length - one.prefix.length);
      this.#byHost.set(surface.host, neighbours);
    }
    if (this.#anyHost().at(-1)?.prefix !== '/') throw new Error('surfaces: none is at / of any host');
  }

  addressed(host: string | undefined, path: string): Addressed {
    const surface = this.#find(host, path);
    const beneath = surface.prefix === '/' ? path : path.slice(surface.prefix.length);
    // One prefix beneath another, or in capitals, would be one more way to everything, which nobody in front of us expects.
    if (this.#find(host, beneath.toLowerCase()).prefix !== '/') return { surface, path: undefined };
    return { surface, path: surface.dialect.canonicalPath(beneath) };
  }

  #find(host: string | undefined, path: string): Surface {
    const candidates = host === undefined ? [] : (this.#byHost.get(host) ?? []);
    const found = [...candidates, ...this.#anyHost()].find((surface) => isBeneath(path, surface.prefix));
    if (found === undefined) throw new Error('a path is beneath no surface');
    return found;
  }

  #anyHost(): readonly Surface[] {
    return this.#byHost.get(undefined) ?? [];
  }
}

/** By whole segments: `/v1` is the beginning of `/v1/me`, but not of `/v10` and not of itself. */
function isBeneath(path: string, prefix: string): boolean {
  return prefix === '/' || path.startsWith(`${prefix}/`);
}

function placeOf({ host, prefix }: Surface): string {
  return `${prefix} of ${host ?? 'any host'}`;
}
