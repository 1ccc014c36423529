/**
 * Checks the import rules (.dependency-cruiser.cjs), and the checker itself:
 *
 * 1. it looked: every TypeScript file of src/ is among the modules it saw, and each lies in a folder of the table;
 * 2. it finds: in a planted tree, every import the table forbids is reported, and none that it allows.
 *
 *   node scripts/check-imports.mjs           prints the verdict; exit code 1 if anything is wrong
 *   node scripts/check-imports.mjs --json    the same as JSON, for the architecture test
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTypeScriptConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { plantViolations } from './planted-imports.mjs';

const { folders, roots } = createRequire(import.meta.url)('./import-table.cjs');
const root = path.dirname(import.meta.dirname);

const project = await checkProject();
const planted = await checkPlanted();
const faults = [...project.faults, ...planted.faults];

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ project, planted }));
} else if (faults.length > 0) {
  console.error(faults.join('\n'));
} else {
  console.log(
    `${project.modules} modules of src keep the import rules; ` +
      `${planted.reported.length} planted violations were found, ${planted.accepted.length} planted imports accepted.`,
  );
}
process.exitCode = faults.length > 0 ? 1 : 0;

async function checkProject() {
  const onDisk = sourceFiles(path.join(root, 'src'));
  if (onDisk.length === 0)
    return { modules: 0, files: 0, faults: ['No source file was found: nothing was checked.'] };

  const places = ['src', 'test', 'bench', 'console', 'sdk'].filter((place) =>
    existsSync(path.join(root, place)),
  );
  const { modules, violations } = await cruiseTree(root, places);

  const unseen = onDisk.filter((file) => !modules.has(file));
  const homeless = readdirSync(path.join(root, 'src')).filter(
    (name) => !(name in folders) && !roots.includes(name),
  );

  const faults = violations.map(({ rule, from, to }) => `${from} → ${to}: breaks ${rule}`);
  faults.push(...unseen.map((file) => `${file}: the checker did not look at it`));
  faults.push(...homeless.map((name) => `src/${name}: has no line in scripts/import-table.cjs`));
  return { modules: onDisk.length - unseen.length, files: onDisk.length, faults };
}

async function checkPlanted() {
  const tree = mkdtempSync(path.join(tmpdir(), 'gatehouse-imports-'));
  try {
    const imports = plantViolations(tree);
    const { violations } = await cruiseTree(tree, ['src', 'console']);
    const broken = new Map(imports.map(({ file }) => [file, new Set()]));
    for (const { rule, files } of violations) files.forEach((file) => broken.get(file)?.add(rule));

    const faults = [];
    for (const { file, what, breaks } of imports) {
      const found = [...broken.get(file)];
      if (breaks && !found.includes(breaks)) faults.push(`planted and not reported as ${breaks}: ${what}`);
      if (!breaks && found.length > 0)
        faults.push(`allowed by the table, reported as ${found.join(', ')}: ${what}`);
    }
    return {
      reported: imports.filter(({ file }) => broken.get(file).size > 0).map(({ what }) => what),
      accepted: imports.filter(({ file }) => broken.get(file).size === 0).map(({ what }) => what),
      rules: [...new Set(violations.map(({ rule }) => rule))].sort(),
      faults,
    };
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** Cruises `places` below `baseDir` with the project's rules. */
async function cruiseTree(baseDir, places) {
  const options = await extractOptions(path.join(root, '.dependency-cruiser.cjs'));
  const tsConfig = extractTypeScriptConfig(path.join(root, 'tsconfig.json'));
  const { output } = await cruise(places, { ...options, baseDir }, undefined, { tsConfig });
  return {
    modules: new Set(output.modules.map(({ source }) => source)),
    // A cycle is reported once, at any one of its files.
    violations: output.summary.violations.map(({ rule, from, to, cycle = [] }) => ({
      rule: rule.name,
      from,
      to,
      files: [from, ...cycle.map(({ name }) => name)],
    })),
  };
}

/** Every TypeScript file below `folder` that ships, relative to the project, with forward slashes. */
function sourceFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));
}
