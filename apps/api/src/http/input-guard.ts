import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Request } from 'express';
import { isHttp } from './is-http';
import { ROUTE } from '../contract/handles';
import { PUBLIC, rightsOf } from '../auth/route-rights';
import { routeName, RouteSpec } from '../contract/route';
import { z } from 'zod';
import { Problem } from './problem';
import { validateQuery } from './validate';

/**
 * A body that is no JSON was not even parsed: say so, and not that its fields are missing. And whoever gives parameters to
 * a route that takes none is told so, rather than thinking that they were minded.
 */
@Injectable()
export class InputGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (!isHttp(context)) return true;
    const spec = this.reflector.get<RouteSpec | undefined>(ROUTE, context.getHandler());
    const request = context.switchToHttp().getRequest<Request>();
    const isPage = spec && rightsOf(routeName(spec)) === PUBLIC;
    if (spec && !spec.query && !isPage) validateQuery(z.strictObject({}), request.query);
    const wantsJson = spec?.body?.type === 'application/json';
    // `is` gives null where there is no body at all.
    if (wantsJson && request.is('application/json') === false) {
      throw new Problem('not-json', 'Send the body as application/json in UTF-8.');
    }
    return true;
  }
}
