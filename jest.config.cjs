/**
 * Three tiers, by file name:
 *   *.spec.ts       unit: pure code, no I/O
 *   *.int-spec.ts   integration: one adapter against the real thing (PostgreSQL, ffmpeg, loopback HTTP)
 *   *.e2e-spec.ts   the whole server as its own process, spoken to over HTTP
 * Integration and e2e share one real PostgreSQL that the global set-up starts.
 */
const base = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  moduleNameMapper: {
    '^@voxpersona/(domain|event-store|pipeline|projections|platform|vector-store|vector-index|telegram|composition|client)$':
      '<rootDir>/libs/$1/src',
    '^@voxpersona/bot$': '<rootDir>/apps/bot/src',
    '^@test/(.*)$': '<rootDir>/test/support/$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

const database = {
  globalSetup: '<rootDir>/test/support/postgres/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/postgres/global-teardown.mjs',
};

module.exports = {
  // Most of the time tests wait: for timers, processes, limits. Three at once use what two cores have.
  maxWorkers: 3,
  reporters: ['default', '<rootDir>/test/support/closing-line-reporter.cjs'],
  // A hung test must not hang the run, and a slow machine must not fail one; what takes minutes sets times of its own.
  testTimeout: 150_000,
  projects: [
    { ...base, displayName: 'unit', testMatch: ['<rootDir>/{apps,libs,test}/**/*.spec.ts'] },
    {
      ...base,
      ...database,
      displayName: 'integration',
      testMatch: ['<rootDir>/{apps,libs,test}/**/*.int-spec.ts'],
    },
    { ...base, ...database, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.e2e-spec.ts'] },
  ],
};
