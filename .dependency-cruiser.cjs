/** The direction of dependencies, as docs/architecture.md draws it. */
module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-is-pure',
      comment: 'libs/domain imports no framework, no I/O and no other lib; zod and uuid are plain functions.',
      severity: 'error',
      from: { path: '^libs/domain/src', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^libs/domain/src', '^node_modules/(zod|uuid)/'] },
    },
    {
      name: 'event-store-stands-on-domain',
      severity: 'error',
      from: { path: '^libs/event-store/src' },
      to: { path: '^(apps|libs/(pipeline|projections|vector-store|vector-index|telegram|composition))/' },
    },
    {
      name: 'platform-stands-alone',
      severity: 'error',
      from: { path: '^libs/platform/src' },
      to: {
        path: '^(apps|libs/(domain|event-store|pipeline|projections|vector-store|vector-index|telegram|composition))/',
      },
    },
    {
      name: 'vector-index-stands-on-platform',
      severity: 'error',
      from: { path: '^libs/vector-index/src' },
      to: {
        path: '^(apps|libs/(domain|event-store|pipeline|projections|vector-store|telegram|composition))/',
      },
    },
    {
      name: 'vector-store-stands-on-event-store',
      severity: 'error',
      from: { path: '^libs/vector-store/src' },
      to: { path: '^(apps|libs/(pipeline|projections|vector-index|telegram|composition))/' },
    },
    {
      name: 'pipeline-and-projections-stand-apart',
      severity: 'error',
      from: { path: '^libs/pipeline/src' },
      to: { path: '^(apps|libs/(projections|vector-index|telegram|composition))/' },
    },
    {
      name: 'projections-do-not-see-the-pipeline',
      severity: 'error',
      from: { path: '^libs/projections/src' },
      to: { path: '^(apps|libs/(pipeline|telegram|composition))/' },
    },
    {
      name: 'telegram-stands-on-the-pipeline',
      severity: 'error',
      from: { path: '^libs/telegram/src' },
      to: { path: '^(apps|libs/(projections|vector-store|vector-index|composition))/' },
    },
    {
      name: 'bot-knows-no-other-app',
      severity: 'error',
      from: { path: '^apps/bot/' },
      to: { path: '^apps/(?!bot/)' },
    },
    {
      name: 'libs-by-their-front-door',
      comment: 'One lib sees of another only what its index exports.',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: { path: '^libs/([^/]+)/src/.+', pathNot: ['^libs/$2/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '(\\.spec|\\.int-spec)\\.ts$' },
      to: { path: '^test/' },
    },
    {
      name: 'client-stands-alone',
      comment: 'What integrators use knows the API by its description only; and the product does not use it.',
      severity: 'error',
      from: { path: '^libs/client/src' },
      to: { path: '^(apps|libs/(?!client/))' },
    },
    {
      name: 'composition-knows-no-app',
      severity: 'error',
      from: { path: '^libs/composition/src' },
      to: { path: '^apps/' },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '^dist' },
  },
};
