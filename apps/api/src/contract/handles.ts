import { applyDecorators, HttpCode, RequestMapping, RequestMethod, SetMetadata } from '@nestjs/common';
import { RouteSpec } from './route';

export const ROUTE = Symbol('Route');

/** Binds a controller's method to a route. Its status is the first answer's, unless the method sets another. */
export function Handles(route: RouteSpec): MethodDecorator {
  return applyDecorators(
    RequestMapping({ method: RequestMethod[route.method], path: route.path }),
    HttpCode(route.answers[0]?.status ?? 200),
    SetMetadata(ROUTE, route),
  );
}
