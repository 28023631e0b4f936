import { z } from 'zod';
import { ProblemName } from '../http/problems';

/** One content type of an answer or of a body. */
export interface ContentSpec {
  type: string;
  /** Named by `.meta({ id })`; left out for what is not JSON. */
  schema?: z.ZodType;
  example: unknown;
}

export interface AnswerSpec {
  status: number;
  description: string;
  /** Left out: the answer has no body. */
  content?: readonly ContentSpec[];
  /** Names and meanings of headers that this answer carries besides the usual ones. */
  headers?: Readonly<Record<string, string>>;
}

/**
 * A route as data: what comes in, what goes out, what can go wrong. The controller is bound to it by `@Handles`, input is
 * checked against it, and the OpenAPI document is made of nothing else, so it cannot say anything that is not so. Who may
 * call it stands in `auth/route-rights.ts`.
 */
export interface RouteSpec {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** In Express's way: `/v1/recordings/:id`. */
  path: string;
  tag: string;
  /** Unique; generated clients name their methods by it. */
  operationId: string;
  summary: string;
  description?: string;
  /** Path parameters by name. */
  params?: Readonly<Record<string, ParameterSpec>>;
  query?: z.ZodObject;
  /** Examples of query parameters, where the schema has none. */
  headers?: Readonly<Record<string, ParameterSpec>>;
  body?: ContentSpec & { optional?: boolean };
  answers: readonly AnswerSpec[];
  /** Besides those that every route can answer with. */
  problems: readonly ProblemName[];
  /**
   * What an Idempotency-Key means for a POST. `answer`: the answer is kept and given again; `question`: nothing is changed
   * and nothing kept, only another body under the same key is refused; `upload`: like `answer`, with the file compared by
   * its content.
   */
  idempotency?: 'answer' | 'question' | 'upload';
}

export interface ParameterSpec {
  description: string;
  schema: z.ZodType;
  example: unknown;
}

/** Keeps the exact types of a route, so that what is checked against it is typed. */
export function defineRoute<const Spec extends RouteSpec>(spec: Spec): Spec {
  return spec;
}

/** `GET /v1/recordings/:id`: how rights, metrics and the trail name a route. */
export function routeName({ method, path }: Pick<RouteSpec, 'method' | 'path'>): string {
  return `${method} ${path}`;
}
