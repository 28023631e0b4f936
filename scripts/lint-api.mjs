// Lets an outside linter (Redocly's recommended rules) judge the API's description, as it was built.
import { createConfig, formatProblems, getTotals, lintFromString } from '@redocly/openapi-core';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { openApiDocument } = require('../dist/apps/api/src/contract/openapi-document.js');
const { ROUTES } = require('../dist/apps/api/src/contract/routes.js');

const config = await createConfig({
  extends: ['recommended'],
  rules: {
    // The same server that serves the description serves the API.
    'no-server-example.com': 'off',
    'operation-4xx-response': 'off',
    'no-invalid-media-type-examples': 'error',
    'no-invalid-parameter-examples': 'error',
    'no-invalid-schema-examples': 'error',
    'no-ambiguous-paths': 'off',
  },
});
const source = JSON.stringify(openApiDocument(ROUTES));
const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
const totals = getTotals(problems);
formatProblems(problems, { format: 'stylish', totals, version: '1' });
if (totals.errors + totals.warnings > 0) process.exit(1);
console.log(`${ROUTES.length} routes, no complaint.`);
