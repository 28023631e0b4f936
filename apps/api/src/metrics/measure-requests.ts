import { LOCAL_SECONDS } from '@voxpersona/composition';
import { NextFunction, Request, RequestHandler, Response } from 'express';
import { Gauge, Histogram, Registry } from 'prom-client';

/** Any other word in the request line would make a series of its own. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Measures every request from its first line to the last byte of the answer, by the pattern of its route: paths hold ids.
 * `none` is what no route of ours answered; the status `aborted` is an answer that the client did not wait for.
 */
export function measureRequests(registry: Registry): RequestHandler {
  const duration = new Histogram({
    name: 'voxpersona_http_request_duration_seconds',
    help: 'How long a request took, to the last byte of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: LOCAL_SECONDS,
    registers: [registry],
  });
  const inFlight = new Gauge({
    name: 'voxpersona_http_requests_in_flight',
    help: 'Requests that are being answered.',
    registers: [registry],
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    const startedAt = performance.now();
    inFlight.inc();
    response.once('close', () => {
      inFlight.dec();
      const status = response.writableFinished ? String(response.statusCode) : 'aborted';
      const labels = { method: methodOf(request), route: routeOf(request), status };
      duration.observe(labels, (performance.now() - startedAt) / 1_000);
    });
    next();
  };
}

function methodOf({ method }: Request): string {
  return METHODS.has(method) ? method : 'other';
}

/** What the router has matched, as it was declared; Express types it as anything. */
function routeOf(request: Request): string {
  const { route } = request as { route?: { path?: unknown } };
  return typeof route?.path === 'string' ? route.path : 'none';
}
