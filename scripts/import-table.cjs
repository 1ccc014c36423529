/**
 * Which folder of src/ may import which. The import rules, the checker and the planted violations all read this
 * table; test/architecture/import-rules.spec.ts repeats it in words, so that a change here is a change that somebody reviews.
 *
 * `imports`: any import. `types`: `import type` only, for the ports that an adapter implements.
 * A folder always sees itself. A folder that isn't listed may not exist.
 */
const folders = {
  kernel: { imports: [] },
  config: { imports: ['kernel'] },
  credentials: { imports: ['kernel'] },
  access: { imports: ['kernel'] },
  audit: { imports: ['kernel'] },
  gate: { imports: ['kernel', 'credentials', 'access', 'audit'] },
  edge: { imports: ['kernel', 'gate', 'audit'] },
  storage: { imports: ['kernel'], types: ['credentials', 'access', 'audit', 'edge'] },
  identity: { imports: ['kernel', 'gate', 'audit', 'access', 'storage'] },
  admin: { imports: ['identity', 'kernel', 'gate', 'audit', 'access', 'storage'] },
  oauth: { imports: ['kernel', 'gate', 'audit', 'access', 'storage', 'credentials'] },
  surfaces: { imports: ['kernel'] },
  http: { imports: ['kernel'] },
};

/** The places where everything meets: they may import all of src, and only they may import each other or `config`. */
const roots = ['app.module.ts', 'main.ts', 'commands'];

/** The packages that only storage may import. */
const storagePackages = ['typeorm', 'pg', 'ioredis'];

module.exports = { folders, roots, storagePackages };
