/**
 * A tree that holds one file for every import that could be written between two places of src/, and one for each of the
 * other rules. The import checker is run over it to prove that it reports exactly what the table forbids.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const { folders, storagePackages } = createRequire(import.meta.url)('./import-table.cjs');

/**
 * Writes the tree into the folder `tree`.
 *
 * @returns {{ file: string, what: string, breaks: string | undefined }[]} every planted import: where it stands,
 *   the import in words, and the rule it breaks, if any
 */
export function plantViolations(tree) {
  const planted = [];
  const write = (file, text) => {
    const target = path.join(tree, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  };
  const plant = (file, statement, what, breaks) => {
    write(file, `${statement}\n`);
    planted.push({ file, what, breaks });
  };

  const names = [...Object.keys(folders), 'commands'];
  for (const name of names) write(`src/${name}/port.ts`, 'export class Port {}\n');
  write('src/app.module.ts', 'export class AppModule {}\n');

  for (const from of names) {
    for (const to of names.filter((name) => name !== from)) {
      const specifier = `../${to}/port.js`;
      plant(
        `src/${from}/uses-${to}.ts`,
        `import { Port } from '${specifier}';\nnew Port();`,
        `${from} → ${to}`,
        forbids(from, to),
      );
      plant(
        `src/${from}/sees-${to}.ts`,
        `import type { Port } from '${specifier}';\nexport type Seen = Port;`,
        `${from} → type ${to}`,
        forbidsType(from, to),
      );
    }
    const breaks = from in folders ? `${from}-imports` : undefined;
    plant(`src/${from}/uses-app.ts`, `import '../app.module.js';`, `${from} → app.module`, breaks);
  }
  const everything = names.map((name) => `import './${name}/port.js';`).join('\n');
  plant('src/main.ts', `${everything}\nimport './app.module.js';`, 'main → everything', undefined);

  plantPackages(write, plant);
  plantSpecsAndTests(write, plant);
  plantOddities(write, plant);
  return planted;
}

/** The rule that `import { … }` breaks, from one folder to another; undefined where the table allows it. */
function forbids(from, to) {
  const row = folders[from];
  if (!row || row.imports.includes(to)) return undefined;
  return row.types?.includes(to) ? `${from}-imports-types-only` : `${from}-imports`;
}

function forbidsType(from, to) {
  return folders[from]?.types?.includes(to) ? undefined : forbids(from, to);
}

function plantPackages(write, plant) {
  const dependencies = Object.fromEntries([...storagePackages, 'other'].map((name) => [name, '1.0.0']));
  write(
    'package.json',
    JSON.stringify({ name: 'planted', dependencies, devDependencies: { tool: '1.0.0' } }),
  );
  for (const name of [...storagePackages, 'other', 'tool', 'undeclared']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    write(`node_modules/${name}/index.js`, 'module.exports = {};\n');
  }
  for (const name of storagePackages) {
    plant(`src/storage/package-${name}.ts`, `import '${name}';`, `storage → package ${name}`, undefined);
    plant(
      `src/identity/package-${name}.ts`,
      `import '${name}';`,
      `identity → package ${name}`,
      'storage-packages',
    );
    plant(
      `src/commands/package-${name}.ts`,
      `import type { A } from '${name}';\nexport type B = A;`,
      `commands → type of package ${name}`,
      'storage-packages',
    );
  }
  plant('src/gate/package-other.ts', `import 'other';`, 'gate → package other', undefined);
  plant('src/kernel/package-other.ts', `import 'other';`, 'kernel → package other', 'kernel-is-pure');
  plant('src/kernel/node-builtin.ts', `import 'node:crypto';`, 'kernel → node:crypto', undefined);
  plant(
    'src/gate/package-tool.ts',
    `import 'tool';`,
    'gate → development package',
    'no-development-packages',
  );
  plant(
    'src/gate/package-undeclared.ts',
    `import 'undeclared';`,
    'gate → undeclared package',
    'no-development-packages',
  );
}

function plantSpecsAndTests(write, plant) {
  write('test/harness/tool.ts', 'export const tool = 1;\n');
  const anything = ['../../test/harness/tool.js', '../storage/port.js', 'typeorm'];
  plant(
    'src/gate/anything.spec.ts',
    anything.map((name) => `import '${name}';`).join('\n'),
    'a spec → anything',
    undefined,
  );
  plant('src/gate/uses-spec.ts', `import './anything.spec.js';`, 'gate → a spec', 'no-tests-in-src');
  plant('src/gate/uses-test.ts', `import '../../test/harness/tool.js';`, 'gate → test', 'no-tests-in-src');
}

/** The other rules, and the other ways to write an import. */
function plantOddities(write, plant) {
  write('src/gate/cycle-end.ts', `import type { A } from './cycle.js';\nexport type B = A;\n`);
  plant(
    'src/gate/cycle.ts',
    `import type { B } from './cycle-end.js';\nexport type A = B;`,
    'a cycle',
    'no-cycles',
  );
  plant(
    'src/gate/nowhere.ts',
    `import './no-such-file.js';`,
    'gate → a file that is not there',
    'resolvable',
  );
  plant(
    'src/helpers/drawer.ts',
    `import '../kernel/port.js';`,
    'a folder without a line → kernel',
    'known-folders',
  );
  plant('console/page.ts', `import '../src/kernel/port.js';`, 'console → kernel', 'clients-speak-http');

  const storage = '../storage/port.js';
  plant(
    'src/gate/lazy.ts',
    `export const lazy = () => import('${storage}');`,
    'gate → storage, import()',
    'gate-imports',
  );
  plant(
    'src/gate/forward.ts',
    `export { Port } from '${storage}';`,
    'gate → storage, export from',
    'gate-imports',
  );
  plant(
    'src/gate/place.ts',
    `export type P = import('${storage}').Port;`,
    'gate → storage, in a type',
    'gate-imports',
  );
  plant(
    'src/storage/inline.ts',
    `import { type Port } from '../audit/port.js';\nexport type P = Port;`,
    'storage → audit, an inline type',
    undefined,
  );
}
