/**
 * Jest's transformer: our TypeScript and every ESM-only dependency become CommonJS.
 *
 * Why: Jest's native ESM mode can't load the dependencies on Node 20, because some CommonJS packages require
 * ESM-only ones. With everything as CommonJS there is one module system. The price is that tests don't
 * run the module format that ships, so one end-to-end suite starts the built program.
 *
 * What the code under test may rely on: `import.meta.url`, `.dirname` and `.filename` mean the same as in ESM;
 * top-level `await` doesn't exist. Prefer named imports from CommonJS packages: a default import of a package that sets
 * `__esModule` is its `default` here, but the whole `module.exports` in ESM.
 */
const { createHash } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');
const swc = require('@swc/core');

const TYPESCRIPT = /\.[cm]?ts$/;

module.exports = { process: transform, getCacheKey: cacheKey };

/** Jest's `process`: the source of one file in, CommonJS out. */
function transform(source, filename) {
  if (TYPESCRIPT.test(filename))
    return { code: withTypeScriptPaths(compileTypeScript(source, filename), filename) };
  if (isEsm(filename)) return { code: compileJavaScript(source, filename) };
  // Jest's sandbox has no import(), so CommonJS packages that use it need it rewritten. The others stay untouched.
  if (mayCallImport(source)) return { code: compileJavaScript(source, filename, { strictMode: false }) };
  return { code: source };
}

/** The options of tsconfig.json that change what a program does, repeated: decorators, their metadata, class fields. */
function compileTypeScript(source, filename) {
  return swc.transformSync(source, {
    filename,
    swcrc: false,
    isModule: true,
    sourceMaps: 'inline',
    module: { type: 'commonjs' },
    jsc: {
      target: 'es2022',
      keepClassNames: true,
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
    },
  }).code;
}

function compileJavaScript(source, filename, moduleOptions) {
  return swc.transformSync(source, {
    filename,
    swcrc: false,
    isModule: true,
    sourceMaps: false,
    module: { type: 'commonjs', ...moduleOptions },
    jsc: { target: 'es2022', parser: { syntax: 'ecmascript' } },
  }).code;
}

/**
 * `require("./clock.js")` → `require("./clock.ts")` where only the TypeScript file exists. Done here and not by Jest's
 * `moduleNameMapper`, which doesn't reach what the global set-up imports.
 */
function withTypeScriptPaths(code, filename) {
  return code.replace(/\brequire\("(\.{1,2}\/[^"]*)\.js"\)/g, (call, specifier) => {
    const target = path.resolve(path.dirname(filename), specifier);
    return existsSync(`${target}.ts`) && !existsSync(`${target}.js`) ? `require("${specifier}.ts")` : call;
  });
}

function mayCallImport(source) {
  if (!source.includes('import')) return false;
  const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  return /(^|[^.\w$'"`])import\s*\(\s*[^)]/m.test(code);
}

function isEsm(filename) {
  if (filename.endsWith('.mjs')) return true;
  return filename.endsWith('.js') && packageType(path.dirname(filename)) === 'module';
}

const packageTypes = new Map();

/** The `type` of the nearest package.json, as Node finds it. */
function packageType(folder) {
  let type = packageTypes.get(folder);
  if (type === undefined) {
    type = readPackageType(folder);
    packageTypes.set(folder, type);
  }
  return type;
}

function readPackageType(folder) {
  const manifest = path.join(folder, 'package.json');
  if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).type ?? 'commonjs';
  const parent = path.dirname(folder);
  return parent === folder ? 'commonjs' : packageType(parent);
}

const version = createHash('sha256').update(readFileSync(__filename)).update(swc.version).digest('hex');

/** A changed transformer, compiler or file is transformed again; anything else comes from Jest's cache. */
function cacheKey(source, filename) {
  return createHash('sha256')
    .update(version)
    .update('\0')
    .update(filename)
    .update('\0')
    .update(source)
    .digest('hex');
}
