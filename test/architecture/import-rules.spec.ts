import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

interface Verdict {
  readonly project: { readonly modules: number; readonly files: number; readonly faults: readonly string[] };
  readonly planted: {
    readonly reported: readonly string[];
    readonly accepted: readonly string[];
    readonly rules: readonly string[];
    readonly faults: readonly string[];
  };
}

/** Said once more, by hand: what each folder may use, and of what it may see the types only. */
const MAY_IMPORT = {
  kernel: '',
  config: 'kernel',
  credentials: 'kernel',
  access: 'kernel',
  audit: 'kernel',
  gate: 'kernel credentials access audit',
  edge: 'kernel audit gate',
  storage: 'kernel; types of: credentials access audit edge',
  identity: 'kernel access audit gate storage',
  admin: 'kernel access audit gate storage identity',
  oauth: 'kernel credentials access audit gate storage',
  surfaces: 'kernel',
  http: 'kernel',
  commands: 'kernel config credentials access audit gate edge storage identity admin oauth surfaces http',
};
const FOLDERS = Object.keys(MAY_IMPORT);

describe('the import checker', () => {
  const { project, planted } = runChecker();

  it('looks at every module of src, and finds nothing against the rules', () => {
    expect(project.files).toBeGreaterThan(0);
    expect(project.modules).toBe(project.files);
    expect(project.faults).toEqual([]);
  });

  it('reports each planted import that is forbidden, and no other', () => {
    expect(planted.faults).toEqual([]);
    expect(planted.reported.length).toBeGreaterThan(planted.accepted.length);
  });

  it('lets each folder import exactly what the design gives it', () => {
    expect(Object.fromEntries(FOLDERS.map((folder) => [folder, observed(folder)]))).toEqual(MAY_IMPORT);
  });

  it('has caught a violation of every rule', () => {
    const folderRules = FOLDERS.filter((folder) => folder !== 'commands').map(
      (folder) => `${folder}-imports`,
    );
    expect(planted.rules).toEqual(
      [
        ...folderRules,
        'storage-imports-types-only',
        'storage-packages',
        'kernel-is-pure',
        'known-folders',
        'no-cycles',
        'no-development-packages',
        'no-tests-in-src',
        'clients-speak-http',
        'resolvable',
      ].sort(),
    );
  });

  /** The planted imports of a folder that the checker let pass, in the words of the table. */
  function observed(folder: string): string {
    const used = FOLDERS.filter((to) => planted.accepted.includes(`${folder} → ${to}`));
    const seen = FOLDERS.filter(
      (to) => planted.accepted.includes(`${folder} → type ${to}`) && !used.includes(to),
    );
    const types = seen.length > 0 ? `; types of: ${seen.join(' ')}` : '';
    return used.join(' ') + types;
  }
});

function runChecker(): Verdict {
  const script = resolve(import.meta.dirname, '../../scripts/check-imports.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [script, '--json'], { encoding: 'utf8' });
  if (stdout === '') throw new Error(`the import checker did not run: ${stderr}`);
  return JSON.parse(stdout) as Verdict;
}
