/**
 * Completes package-lock.json after an `npm install`.
 *
 * Native packages list one optional package per platform. npm writes only those that it found in the
 * registry at hand; `npm ci` then refuses on every machine ("Missing: … from lock file"). This script adds
 * an entry for each one that is listed and missing. The entry needs no integrity value: npm skips it where the
 * platform doesn't match and fetches it where it does.
 *
 * It also removes the addresses of the registry, so that the lock file is the same whoever wrote it.
 *
 *   node scripts/complete-lock.mjs            writes the completed file
 *   node scripts/complete-lock.mjs --check    changes nothing; exit code 1 if something is missing
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual, parseArgs } from 'node:util';

const OPERATING_SYSTEMS = new Map(
  'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'
    .split(' ')
    .map((name) => [name, name])
    .concat([['windows', 'win32']]),
);
const PROCESSORS = new Set('arm arm64 ia32 loong64 mips64el ppc64 riscv64 s390x wasm32 x64'.split(' '));

main();

function main() {
  const { values, positionals } = parseArgs({
    options: { check: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const file = positionals[0] ?? 'package-lock.json';
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const before = structuredClone(lock.packages);

  const { added, unknown } = addMissingPackages(lock.packages);
  const stripped = removeRegistryAddresses(lock.packages);

  if (unknown.length > 0) {
    fail(`${file}: no platform can be read from the name of ${unknown.join(', ')}; add the entry by hand.`);
  }
  if (values.check) {
    if (added.length + stripped.length > 0) {
      fail(
        `${file} lacks ${added.length} optional packages and holds ${stripped.length} registry addresses. ` +
          `Run \`npm run lock\` and commit the result.\n${[...added, ...stripped].map((name) => `  ${name}`).join('\n')}`,
      );
    }
    console.log(`${file} is complete (${Object.keys(lock.packages).length} packages).`);
    return;
  }
  if (!isDeepStrictEqual(before, lock.packages)) {
    lock.packages = inOrderOfNpm(lock.packages);
    writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  }
  console.log(`${file}: ${added.length} optional packages added, ${stripped.length} addresses removed.`);
}

/** Adds every optional dependency that no entry satisfies. Returns the added paths, and the names it can't place. */
function addMissingPackages(packages) {
  const added = [];
  const unknown = [];
  for (const [parentPath, parent] of Object.entries(packages)) {
    for (const [name, spec] of Object.entries(parent.optionalDependencies ?? {})) {
      const found = resolveFrom(packages, parentPath, name);
      const version = spec.replace(/^[\^~=v]+/, '');
      const exact = version === spec;
      if (found && (!exact || packages[found].version === version)) continue;

      const platform = platformOf(name);
      if (!platform) {
        unknown.push(name);
        continue;
      }
      // The top level is where npm puts it, unless another version already has that place.
      const path = found ? `${parentPath}/node_modules/${name}` : `node_modules/${name}`;
      packages[path] = {
        version,
        ...(platform.cpu && { cpu: [platform.cpu] }),
        ...(parent.dev && { dev: true }),
        ...(platform.libc && { libc: [platform.libc] }),
        optional: true,
        ...(platform.os && { os: [platform.os] }),
      };
      added.push(path);
    }
  }
  return { added, unknown };
}

/** The path of the entry that Node would find for `name` from the package at `path`: its own folder, then every one above. */
function resolveFrom(packages, path, name) {
  for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf('node_modules/') - 1))) {
    const candidate = base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`;
    if (packages[candidate]) return candidate;
    if (base === '') return undefined;
  }
}

/** `@scope/tool-linux-arm64-musl` → `{ os: 'linux', cpu: 'arm64', libc: 'musl' }`; undefined when it names no platform. */
function platformOf(name) {
  const words = name.split('/').at(-1).split(/[-_.]/);
  const os = words.map((word) => OPERATING_SYSTEMS.get(word)).find(Boolean);
  const cpu = words.find((word) => PROCESSORS.has(word));
  if (!os && !cpu) return undefined;
  return { os, cpu, libc: os === 'linux' ? libcOf(words) : undefined };
}

function libcOf(words) {
  if (words.some((word) => word.startsWith('musl'))) return 'musl';
  if (words.some((word) => word.startsWith('gnu') || word === 'glibc')) return 'glibc';
  return undefined;
}

/** Removes `resolved` where the integrity value or the version alone identifies the package. Returns the paths changed. */
function removeRegistryAddresses(packages) {
  const changed = Object.keys(packages).filter((path) => /^https?:/.test(packages[path].resolved ?? ''));
  for (const path of changed) delete packages[path].resolved;
  return changed;
}

function inOrderOfNpm(packages) {
  return Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
