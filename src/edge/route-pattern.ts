import { canonicalTarget } from '../kernel/canonical-path.js';
import { isOwnPath } from '../kernel/own-paths.js';

type Part =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'one'; readonly name: string | undefined }
  | { readonly kind: 'rest' };

/**
 * A path pattern, anchored at both ends and at every slash; upper and lower case differ.
 *
 * | part | stands for |
 * |---|---|
 * | `scans` | itself |
 * | `*` | exactly one segment, not an empty one |
 * | `{id}` | the same, by name |
 * | `**` | at the end: any number of segments, also none. `/scans/**` answers `/scans`, `/scans/` and `/scans/1/2` |
 *
 * A trailing slash makes another path: `/scans` doesn't answer `/scans/`.
 */
export class RoutePattern {
  private constructor(
    readonly text: string,
    private readonly parts: readonly Part[],
  ) {}

  /** @throws Error saying what is wrong with the pattern */
  static parse(text: string): RoutePattern {
    const parts = text.split('/').slice(1).map(readPart);
    const names = parts.flatMap((part) =>
      part.kind === 'one' && part.name !== undefined ? [part.name] : [],
    );
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) throw new Error(`names {${twice}} twice`);
    if (parts.slice(0, -1).some((part) => part.kind === 'rest')) throw new Error('has ** before its end');
    requireCanonical(text);
    if (isOwnPath(text)) throw new Error("lies within Gatehouse's own paths");
    return new RoutePattern(text, parts);
  }

  /** The pattern without its names: two patterns of one shape answer the same paths. */
  get shape(): string {
    return this.parts
      .map((part) => (part.kind === 'literal' ? `/${part.text}` : shapeOf[part.kind]))
      .join('');
  }

  /** @returns the named segments as they stand in the path, reserved characters still escaped; undefined: no match */
  match(segments: readonly string[]): Readonly<Record<string, string>> | undefined {
    const params: Record<string, string> = {};
    for (const [at, part] of this.parts.entries()) {
      if (part.kind === 'rest') return params;
      const segment = segments[at];
      if (segment === undefined || !fits(part, segment)) return undefined;
      if (part.kind === 'one' && part.name !== undefined) params[part.name] = segment;
    }
    return segments.length === this.parts.length ? params : undefined;
  }
}

const shapeOf = { one: '/*', rest: '/**' } as const;
const nameShape = /^\{([A-Za-z][A-Za-z0-9_]*)\}$/;

function readPart(segment: string): Part {
  if (segment === '**') return { kind: 'rest' };
  if (segment === '*') return { kind: 'one', name: undefined };
  const name = nameShape.exec(segment)?.[1];
  if (name !== undefined) return { kind: 'one', name };
  if (/[*{}]/.test(segment))
    throw new Error(`has "${segment}", which is neither a literal nor *, ** or {name}`);
  return { kind: 'literal', text: unescaped(segment) };
}

function fits(part: Exclude<Part, { kind: 'rest' }>, segment: string): boolean {
  return part.kind === 'literal' ? part.text === unescaped(segment) : segment !== '';
}

/**
 * `:` and `%3A` are the same to most servers behind us, and must be the same to us: else a path could miss the route that
 * is meant for it and fit a wildcard that demands less. What is forwarded stays as it was written.
 */
function unescaped(segment: string): string {
  return segment.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** Paths are compared in their canonical form, so a pattern in any other would never match. */
function requireCanonical(text: string): void {
  const target = canonicalTarget(text.replace(/[{}]/g, ''));
  if ('fault' in target) throw new Error(`is not a path: ${target.fault.replaceAll('-', ' ')}`);
  if (text.includes('?')) throw new Error('has a query');
  if (target.path !== text.replace(/[{}]/g, '')) throw new Error(`is not canonical; write ${target.path}`);
}
