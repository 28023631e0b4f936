import { isHttp } from '../http/is-http';
import { CallHandler, ExecutionContext, Injectable, NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { deriveId } from '@voxpersona/domain';
import { Claim, KeptAnswer } from '@voxpersona/pipeline';
import { Request, Response } from 'express';
import { catchError, from, mergeMap, Observable, of } from 'rxjs';
import { ROUTE } from '../contract/handles';
import { routeName, RouteSpec } from '../contract/route';
import { renameRequest } from '../http/request-id';
import { fingerprintOf, Idempotency, scopeOf } from './idempotency';

/** Headers that belong to an answer and are given again with it. */
const KEPT_HEADERS = ['location'] as const;

/** Keeps the answers to POSTs that carry an Idempotency-Key. Uploads do it themselves: their body is compared by content. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly idempotency: Idempotency,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (!isHttp(context)) return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const spec = this.reflector.get<RouteSpec>(ROUTE, context.getHandler());
    const kind = spec.idempotency;
    if (kind === undefined || kind === 'upload') return next.handle();
    const key = this.idempotency.keyOf(request);
    if (key === undefined) return next.handle();
    const response = http.getResponse<Response>();
    const fingerprint = fingerprintOf(routeName(spec), request.originalUrl, request.body);
    // The same request has the same id: what it did before its answer could be kept is then not done twice.
    renameRequest(request, response, deriveId('idempotent-request', scopeOf(request), key, fingerprint));
    const named = await this.idempotency.begin(request, key);
    if (named.kind === 'again') {
      const answer = this.idempotency.answerOf(named, fingerprint);
      return kind === 'question' ? next.handle() : of(sendAgain(answer, response));
    }
    const { claim } = named;
    return next.handle().pipe(
      mergeMap(async (body: unknown) => {
        await claim.finish(fingerprint, kind === 'question' ? NOTHING : answerNow(response, body));
        return body;
      }),
      catchError((error: unknown) => from(release(claim, error))),
    );
  }
}

/** Of a question nothing is kept but that it was asked: its answer may quote what is erased tomorrow. */
const NOTHING: KeptAnswer = { status: 0, headers: {}, body: null };

export function answerNow(response: Response, body: unknown): KeptAnswer {
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = response.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { status: response.statusCode, headers: Object.fromEntries(headers), body };
}

export function sendAgain(answer: KeptAnswer, response: Response): unknown {
  response.status(answer.status).set(answer.headers).set('Idempotent-Replayed', 'true');
  return answer.body;
}

/** A request that was refused or failed may be sent again at once. */
async function release(claim: Claim, error: unknown): Promise<never> {
  await claim.release();
  throw error;
}
