import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PUBLIC, ROUTE_RIGHTS, rightsOf } from '../auth/route-rights';
import { errorsTable } from '../http/errors-table';
import { PROBLEMS } from '../http/problems';
import { openApiDocument, problemsOf } from './openapi-document';
import { routeName } from './route';
import { ROUTES } from './routes';

const root = join(__dirname, '../../../..');
const file = (path: string): string => readFileSync(join(root, path), 'utf8');
/** What prettier does to a table is not compared. */
const cells = (table: string): string[] =>
  table
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| -'))
    .map((line) => line.replace(/\s*\|\s*/g, '|'));

/** These ask for a token of their own. */
const OF_THE_OPERATOR = Object.keys(ROUTE_RIGHTS).filter((route) =>
  /\/v1\/(projections|audit)\b/.test(route),
);

describe('The routes', () => {
  it('have rights, each of them, and nothing else has', () => {
    expect(ROUTES.map(routeName).sort()).toEqual(Object.keys(ROUTE_RIGHTS).sort());
    expect(() => rightsOf('GET /v1/nothing')).toThrow(/Nobody has a right/);
    expect(() => rightsOf('constructor')).toThrow(/Nobody has a right/);
  });

  it('are open to owners, and without a key only where it is meant', () => {
    const open = Object.entries(ROUTE_RIGHTS).filter(([, rights]) => rights === PUBLIC);
    expect(open.map(([route]) => route)).toEqual([
      'POST /v1/upload-links/status',
      'POST /v1/upload-links/use',
      'POST /v1/invitations/accept',
      'GET /join',
      'GET /join.js',
      'GET /send',
      'GET /send.js',
      'GET /health/live',
      'GET /health/ready',
      ...OF_THE_OPERATOR,
      'POST /telegram/webhook',
      'GET /metrics',
    ]);
    for (const rights of Object.values(ROUTE_RIGHTS)) {
      if (rights !== PUBLIC) expect(rights.roles).toContain('owner');
    }
  });

  it('let auditors change nothing but their own keys and their membership', () => {
    const changing = Object.entries(ROUTE_RIGHTS).filter(
      ([route, rights]) => !route.startsWith('GET ') && rights !== PUBLIC && rights.roles.includes('auditor'),
    );
    expect(changing.map(([route]) => route)).toEqual([
      // A question, sent by POST because it may be long.
      'POST /v1/search',
      'DELETE /v1/members/:id',
      'POST /v1/keys',
      'POST /v1/keys/:id/rotate',
      'DELETE /v1/keys/:id',
      'POST /v1/me/telegram-code',
    ]);
  });

  it('take an idempotency key wherever they are POSTs', () => {
    for (const route of ROUTES) {
      expect([routeName(route), route.idempotency !== undefined]).toEqual([
        routeName(route),
        route.method === 'POST',
      ]);
    }
  });

  it('have examples that are what they say', () => {
    for (const { answers, body } of ROUTES) {
      for (const { schema, example } of [
        ...answers.flatMap(({ content }) => content ?? []),
        ...(body ? [body] : []),
      ]) {
        schema?.parse(example);
      }
    }
  });

  it('use every kind of problem, and none twice under one name', () => {
    const used = new Set<string>(ROUTES.flatMap(problemsOf));
    expect(Object.keys(PROBLEMS).filter((name) => !used.has(name))).toEqual([]);
  });
});

describe('What is written down of the routes', () => {
  it('lists every error', () => {
    const documented = cells(file('docs/errors.md'));
    expect(documented).toEqual(cells(errorsTable()));
  });

  it('describes the API as it is: node scripts/write-references.mjs', () => {
    const document = openApiDocument(ROUTES);
    expect(JSON.parse(file('docs/openapi.json'))).toEqual(JSON.parse(JSON.stringify(document)));
    const digest = createHash('sha256').update(JSON.stringify(document)).digest('hex');
    expect(file('libs/client/src/schema.ts')).toContain(digest);
  });
});
