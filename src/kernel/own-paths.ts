/** Where Gatehouse's own API lives. No route may begin with one of these, and no pattern reaches into them. */
export const ownRoots = [
  'auth',
  'admin',
  'oauth',
  'forward-auth',
  'health',
  'metrics',
  'docs',
  'openapi.json',
  'console',
  'keys',
  '.well-known',
] as const;

/**
 * Whether a path is one of Gatehouse's own, or looks like one to a server that doesn't mind upper and lower case. Such a
 * path is never forwarded, whatever pattern it fits: our router may answer it for one method and not for another, and
 * what it doesn't answer must not become the upstream's.
 */
export function isOwnPath(path: string): boolean {
  let segments = path.toLowerCase().split('/').slice(1);
  // Where they usually are as well: beneath the canonical surface's second prefix.
  while (segments[0] === 'api' && segments[1] === 'v1') segments = segments.slice(2);
  const [root] = segments;
  return root !== undefined && roots.has(root);
}

const roots: ReadonlySet<string> = new Set(ownRoots);
