const { folders, roots, storagePackages } = require('./scripts/import-table.cjs');

const SPEC = '\\.spec\\.ts$';
const NODE_MODULES = '(^|/)node_modules/';
const TYPES_ONLY = ['type-only', 'type-import'];

const oneOf = (names) => `(${names.map((name) => name.replaceAll('.', '\\.')).join('|')})`;
const inFolders = (names) => `^src/${oneOf(names)}/`;
/** Source files that ship: specs beside the code may import anything. */
const shipped = (path) => ({ path, pathNot: SPEC });

/** One rule a folder: nothing of src but itself and what the table gives it. */
const folderRules = Object.entries(folders).map(([folder, { imports, types = [] }]) => ({
  name: `${folder}-imports`,
  comment: `src/${folder} may import: ${[...imports, ...types].join(', ') || 'nothing'}.`,
  severity: 'error',
  from: shipped(`^src/${folder}/`),
  to: { path: '^src/', pathNot: inFolders([folder, ...imports, ...types]) },
}));

const typeOnlyRules = Object.entries(folders)
  .filter(([, { types }]) => types)
  .map(([folder, { types }]) => ({
    name: `${folder}-imports-types-only`,
    comment: `src/${folder} implements the ports of ${types.join(', ')}: it may see their types, not call them.`,
    severity: 'error',
    from: shipped(`^src/${folder}/`),
    to: { path: inFolders(types), dependencyTypesNot: TYPES_ONLY },
  }));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...folderRules,
    ...typeOnlyRules,
    {
      name: 'known-folders',
      comment: 'Every folder of src/ has a line in the import table.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/${oneOf([...Object.keys(folders), ...roots])}(/|$)` },
      to: {},
    },
    {
      name: 'storage-packages',
      comment: `${storagePackages.join(', ')} appear only in src/storage.`,
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/storage/', SPEC] },
      to: {
        path: [`${NODE_MODULES}(@types/)?${oneOf(storagePackages)}/`, `^${oneOf(storagePackages)}(/|$)`],
      },
    },
    {
      name: 'kernel-is-pure',
      comment: 'The kernel holds values: it runs without any package. Types it may name.',
      severity: 'error',
      from: shipped('^src/kernel/'),
      to: { path: NODE_MODULES, dependencyTypesNot: TYPES_ONLY },
    },
    {
      name: 'no-development-packages',
      comment: 'What ships imports only what package.json lists under dependencies.',
      severity: 'error',
      from: shipped('^src/'),
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: TYPES_ONLY },
    },
    {
      name: 'no-tests-in-src',
      comment: 'What ships knows nothing of tests, benchmarks and scripts.',
      severity: 'error',
      from: shipped('^src/'),
      to: { path: [SPEC, '^(test|bench|scripts)/'] },
    },
    {
      name: 'clients-speak-http',
      comment: 'The console and the SDKs know Gatehouse only through its HTTP API.',
      severity: 'error',
      from: { path: '^(console|sdk)/' },
      to: { path: '^src/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea or three.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere would slip past every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: NODE_MODULES },
    exclude: { path: '(^|/)(dist|coverage|\\.gatehouse)/' },
    // Without it `import type` is invisible, and a port could be imported from anywhere.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
