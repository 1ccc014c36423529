/** Unit specs beside the code, everything that crosses folders in test/. Real PostgreSQL and real HTTP throughout. */
export default {
  testEnvironment: 'node',
  // Not the whole tree: Jest would also watch over the built program and the data directory.
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],

  transform: { '^.+\\.[cm]?[jt]s$': '<rootDir>/test/harness/swc-transform.cjs' },
  // Dependencies too: many are ESM only.
  transformIgnorePatterns: [],
  // js first, or a package that ships .ts beside .js is loaded from its TypeScript.
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],

  globalSetup: '<rootDir>/test/harness/global-setup.ts',
  globalTeardown: '<rootDir>/test/harness/global-teardown.ts',
  testTimeout: 30_000,
  maxWorkers: 2,

  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.spec.ts'],
};
