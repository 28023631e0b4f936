import { z } from 'zod';
import { problemType } from '../http/problem';
import { PROBLEMS, ProblemName } from '../http/problems';
import { PUBLIC, rightsOf } from '../auth/route-rights';
import { ContentSpec, ParameterSpec, routeName, RouteSpec } from './route';

type Json = Record<string, unknown>;

/** OpenAPI 3.1 speaks the dialect of JSON Schema that zod writes. */
const VERSION = '3.1.0';

const DESCRIPTION = `Recordings in; transcripts, reports and search out. Every fact is an event.

Answers to commands carry a log \`position\`; a query with \`after=<position>\` waits until what was recorded up to there can be
read. Errors are problem details (RFC 9457); every \`type\` is listed in docs/errors.md. Every POST takes an
\`Idempotency-Key\`: the same key and body within 24 hours give the same answer, and nothing is done twice.`;

const TAGS: Record<string, string> = {
  recordings: 'Audio in, transcripts out.',
  'upload links': 'For recordings that are sent by somebody without a key.',
  reports: 'What was written on a recording.',
  reprocessings: 'Many recordings done once more, and what is kept of it.',
  directory: 'Places and people that recordings name.',
  search: 'Passages of transcripts and reports.',
  progress: 'Live, by server-sent events.',
  jobs: 'The queue of work.',
  access: 'The workspace, its members, their invitations and keys.',
  telegram: 'The bot: Telegram calls it, and members link their accounts.',
  health: 'For operators and their machines.',
};

const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Stable name of the kind of problem, listed in docs/errors.md.' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().meta({ description: 'What happened here, and what to do.' }),
    requestId: z
      .string()
      .meta({ description: 'Names this request in the log of the server and in the trail.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' });

/** Headers of every answer. */
const USUAL_HEADERS: Json = {
  'X-Request-Id': { $ref: '#/components/headers/RequestId' },
};

/** The whole API as an OpenAPI document, made of the routes alone. */
export function openApiDocument(routes: readonly RouteSpec[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  const used = new Set(routes.map((route) => route.tag));
  return {
    openapi: VERSION,
    info: {
      title: 'VoxPersona',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This server.' }],
    tags: [...used].map((name) => ({ name, description: TAGS[name] ?? name })),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, `vox_…`.' },
      },
      headers: {
        RequestId: {
          description: 'Names this request in the log of the server and in the trail.',
          schema: { type: 'string', format: 'uuid' },
        },
        RateLimitRemaining: {
          description:
            'Requests that the key may still make; see also RateLimit-Limit and RateLimit-Reset (seconds).',
          schema: { type: 'integer' },
        },
        IdempotentReplayed: {
          description: '`true`: the answer that was given before to this Idempotency-Key.',
          schema: { type: 'string', enum: ['true'] },
        },
        RetryAfter: { description: 'Seconds to wait.', schema: { type: 'integer' } },
      },
      examples: Object.fromEntries(
        (Object.keys(PROBLEMS) as ProblemName[]).map((name) => [
          name,
          { summary: PROBLEMS[name][1], value: problemExample(name) },
        ]),
      ),
      schemas: schemas(),
    },
  };
}

function operation(route: RouteSpec): Json {
  const rights = rightsOf(routeName(route));
  const open = rights === PUBLIC;
  const who = open
    ? 'Needs no key.'
    : `Roles: ${rights.roles.join(', ')}.${rights.scope ? ` Scope: \`${rights.scope}\`.` : ''}`;
  const parameters = [
    ...Object.entries(route.params ?? {}).map(([name, spec]) => parameter('path', name, spec, true)),
    ...queryParameters(route.query),
    ...Object.entries(route.headers ?? {}).map(([name, spec]) => parameter('header', name, spec, false)),
    ...(route.method === 'POST' && route.idempotency ? [idempotencyKey()] : []),
    ...(route.answers.some((answer) => answer.status === 304) ? [ifNoneMatch()] : []),
  ];
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, who].filter(Boolean).join('\n\n'),
    security: open ? [] : [{ apiKey: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: { required: !route.body.optional, content: contents([route.body]) },
    }),
    responses: { ...answers(route, open), ...problems(problemsOf(route)) },
  };
}

/** Every problem that a route can answer with, the usual ones included. */
export function problemsOf(route: RouteSpec): ProblemName[] {
  const isOpen = rightsOf(routeName(route)) === PUBLIC;
  const all: ProblemName[] = [
    'too-many-requests',
    'internal',
    'event-altered',
    'unavailable',
    ...route.problems,
  ];
  if (!isOpen) {
    all.push('not-authenticated', 'key-expired', 'key-revoked', 'role-not-sufficient');
    all.push('scope-not-sufficient', 'member-blocked');
  }
  if (route.query) all.push('invalid-request');
  if (!isOpen) all.push('unknown-parameter');
  if (route.body?.type.includes('json')) all.push('invalid-request', 'not-json', 'too-large');
  if (route.params) all.push('not-found');
  if (route.query && 'after' in route.query.shape) all.push('invalid-after');
  if (route.query && 'cursor' in route.query.shape) all.push('invalid-cursor');
  if (route.idempotency) {
    all.push('invalid-idempotency-key', 'idempotency-key-in-use', 'idempotency-key-reused');
  }
  return [...new Set(all)];
}

function answers({ answers: specs, idempotency }: RouteSpec, open: boolean): Json {
  const keptAgain = idempotency === 'answer' || idempotency === 'upload';
  const usual = {
    ...USUAL_HEADERS,
    ...(!open && { 'RateLimit-Remaining': { $ref: '#/components/headers/RateLimitRemaining' } }),
    ...(keptAgain && { 'Idempotent-Replayed': { $ref: '#/components/headers/IdempotentReplayed' } }),
  };
  return Object.fromEntries(
    specs.map(({ status, description, content, headers }) => [
      status,
      {
        description,
        headers: {
          ...usual,
          ...Object.fromEntries(
            Object.entries(headers ?? {}).map(([name, meaning]) => [
              name,
              { description: meaning, schema: { type: 'string' } },
            ]),
          ),
        },
        ...(content && { content: contents(content) }),
      },
    ]),
  );
}

function contents(specs: readonly ContentSpec[]): Json {
  return Object.fromEntries(
    specs.map(({ type, schema, example }) => [
      type,
      { schema: schema ? reference(schema) : { type: 'string' }, example },
    ]),
  );
}

/** Problems of the same status together, each with an example. */
function problems(names: readonly ProblemName[]): Json {
  const byStatus = new Map<number, ProblemName[]>();
  for (const name of names)
    byStatus.set(PROBLEMS[name][0], [...(byStatus.get(PROBLEMS[name][0]) ?? []), name]);
  return Object.fromEntries(
    [...byStatus].map(([status, kinds]) => [
      status,
      {
        description: kinds.map((kind) => `\`${kind}\`: ${PROBLEMS[kind][1]}.`).join(' '),
        headers: {
          ...USUAL_HEADERS,
          ...([409, 429, 503].includes(status) && {
            'Retry-After': { $ref: '#/components/headers/RetryAfter' },
          }),
        },
        content: {
          'application/problem+json': {
            schema: { $ref: '#/components/schemas/Problem' },
            examples: Object.fromEntries(
              kinds.map((kind) => [kind, { $ref: `#/components/examples/${kind}` }]),
            ),
          },
        },
      },
    ]),
  );
}

function problemExample(name: ProblemName): Json {
  const [status, title, detail] = PROBLEMS[name];
  return {
    type: problemType(name),
    title,
    status,
    detail,
    requestId: '6f9b3a52-5a1e-4b6a-9d0c-3f1a2b4c5d6e',
  };
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
  return Object.entries((query?.shape ?? {}) as Record<string, z.ZodType>).map(([name, schema]) => {
    const { description, example } = schema.meta() ?? {};
    return parameter('query', name, { description: description ?? name, schema, example }, false);
  });
}

function parameter(
  place: 'path' | 'query' | 'header',
  name: string,
  { description, schema, example }: ParameterSpec,
  required: boolean,
): Json {
  return {
    ...{ name, in: place, required, description, schema: plain(schema) },
    ...(example !== undefined && { example }),
  };
}

function idempotencyKey(): Json {
  return {
    ...{ name: 'Idempotency-Key', in: 'header', required: false },
    description:
      'Any text that names this request, such as a UUID. Sent again within 24 hours it gets the same answer.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
    example: '0b9a7a1e-9f0e-4f0e-8a55-6b0c3c0e6d2f',
  };
}

function ifNoneMatch(): Json {
  return {
    ...{ name: 'If-None-Match', in: 'header', required: false },
    description: 'ETag of what the client has.',
    schema: { type: 'string' },
    example: '"d41d8cd98f00b204"',
  };
}

/** A named schema lies once among the components. */
function reference(schema: z.ZodType): Json {
  const { id } = z.globalRegistry.get(schema) ?? {};
  if (id === undefined) throw new Error('A schema of a body or an answer needs a name: .meta({ id })');
  return { $ref: `#/components/schemas/${id}` };
}

function plain(schema: z.ZodType): Json {
  const {
    $schema: _,
    description: __,
    example: ___,
    ...rest
  } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  }) as Json;
  return rest;
}

/** All named schemas. Importing the routes has registered them. */
function schemas(): Json {
  z.globalRegistry.add(problemSchema, { id: 'Problem', description: 'RFC 9457 problem details.' });
  const all = z.toJSONSchema(z.globalRegistry, {
    uri: (id) => `#/components/schemas/${id}`,
    io: 'input',
    unrepresentable: 'any',
  });
  const named = Object.entries(all.schemas).map(([id, { $schema: _, $id: __, id: ___, ...schema }]) => [
    id,
    schema,
  ]);
  return Object.fromEntries(named) as Json;
}
