import path from 'node:path';
import js from '@eslint/js';
import { defineConfig, includeIgnoreFile } from 'eslint/config';
import ts from 'typescript-eslint';

const TESTS = ['src/**/*.spec.ts', 'test/**/*.ts'];

/** Only src/config reads the environment: everything else is given values, and can be tested with others. */
const environment = {
  object: 'process',
  property: 'env',
  message: 'Only src/config reads the environment; take the value from the Config instead.',
};
/** Whoever can make a scope can read any tenant, so only the gate does (tests stand in for it). */
const mint = {
  object: 'TenantScope',
  property: 'mint',
  message: 'Only src/gate makes a TenantScope; take the one of the Admission.',
};

export default defineConfig(
  includeIgnoreFile(path.join(import.meta.dirname, '.gitignore')),
  { ignores: ['console/', 'sdk/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },

  {
    files: ['**/*.ts'],
    extends: [ts.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A new member of a union must be answered everywhere it is asked about: a default would hide it.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        {
          allowDefaultCaseForExhaustiveSwitch: false,
          considerDefaultExhaustiveForUnions: false,
          requireDefaultForNonUnion: true,
        },
      ],
      // A Fastify reply can be awaited, but needn't be.
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafePromises: [{ from: 'package', package: 'fastify', name: 'FastifyReply' }] },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'all' }],
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Believes that what was checked before an `await` still holds after it.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `'admin.keys' | string` says what is usual, and lets the editor offer it.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Modules are classes with a decorator and no body.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // An implementation of an asynchronous port may have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Would turn the import of an injected class into a type, and Nest would find nothing to inject.
      '@typescript-eslint/consistent-type-imports': 'off',
    },
  },

  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', environment, mint],
      'no-restricted-imports': ['error', { paths: ['process', 'node:process'] }],
    },
  },
  { files: ['src/config/**/*.ts'], rules: { 'no-restricted-properties': ['error', mint] } },
  { files: ['src/gate/**/*.ts'], rules: { 'no-restricted-properties': ['error', environment] } },
  { files: ['src/main.ts', 'src/commands/**/*.ts'], rules: { 'no-console': 'off' } },

  {
    files: TESTS,
    rules: {
      'no-console': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Bodies of answers arrive as `any`; what they hold is what the test is about to say.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['bench/**', 'scripts/**'], rules: { 'no-console': 'off' } },

  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        'AbortController AbortSignal Buffer URL clearInterval clearTimeout console fetch performance process setImmediate setInterval setTimeout structuredClone'
          .split(' ')
          .map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { __dirname: 'readonly', __filename: 'readonly', module: 'writable', require: 'readonly' },
    },
  },
);
