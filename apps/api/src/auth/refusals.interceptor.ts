import { isHttp } from '../http/is-http';
import { CallHandler, ExecutionContext, Injectable, NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { CommandRefused } from '@voxpersona/pipeline';
import { Request } from 'express';
import { catchError, from, Observable } from 'rxjs';
import { ROUTE } from '../contract/handles';
import { RouteSpec } from '../contract/route';
import { callerOf } from './caller';
import { Refusals } from './refusals';

/** Refusals of the workspace itself that are for lack of rights, and not because of the state of things. */
const FOR_LACK_OF_RIGHTS = ['not_allowed', 'key_too_wide'] as const;

/** What the guard lets through and the workspace refuses (an admin who would touch an owner) is written down as well. */
@Injectable()
export class RefusalsInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly refusals: Refusals,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (!isHttp(context)) return next.handle();
    return next.handle().pipe(catchError((error: unknown) => from(this.record(context, error))));
  }

  private async record(context: ExecutionContext, error: unknown): Promise<never> {
    const reason =
      error instanceof CommandRefused
        ? FOR_LACK_OF_RIGHTS.find((code) => code === error.refusal.code)
        : undefined;
    const request = context.switchToHttp().getRequest<Request>();
    const caller = callerOf(request);
    if (reason && caller) {
      const spec = this.reflector.get<RouteSpec>(ROUTE, context.getHandler());
      await this.refusals.record(request, spec, caller, reason);
    }
    throw error;
  }
}
