import { NestExpressApplication } from '@nestjs/platform-express';
import { Environment } from '@voxpersona/platform';
import { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { limitBodyTime } from './body-time';

/** Headers that scripts of other origins may read. */
const EXPOSED = ['ETag', 'Location', 'Retry-After', 'X-Request-Id', 'RateLimit-Limit', 'RateLimit-Remaining'];

/** What keeps browsers, and whoever uses them against us, in their place. */
export function harden(app: NestExpressApplication, environment: Environment): void {
  app.disable('x-powered-by');
  app.set('trust proxy', environment.TRUST_PROXY);
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: true,
        // An installation without TLS would be unreachable.
        directives: { 'upgrade-insecure-requests': null, 'frame-ancestors': ["'none'"] },
      },
      frameguard: { action: 'deny' },
      // Audio is played by the pages that CORS lets in, and by no others.
      crossOriginResourcePolicy: { policy: environment.CORS_ORIGINS ? 'cross-origin' : 'same-origin' },
    }),
  );
  // Nobody but the client itself keeps an answer, and asks each time whether it is still so.
  app.use('/v1', (request: Request, response: Response, next: NextFunction) => {
    // Clients that use fetch say no-cache whenever they ask by ETag: they mean caches on the way, not us.
    if (request.get('if-none-match') !== undefined) delete request.headers['cache-control'];
    response.set('Cache-Control', 'private, no-cache');
    next();
  });
  app.use(limitBodyTime);
  if (environment.CORS_ORIGINS) {
    app.enableCors({
      origin: environment.CORS_ORIGINS,
      methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      allowedHeaders: [
        ...['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'If-Range'],
        ...['Last-Event-ID', 'Range'],
      ],
      exposedHeaders: EXPOSED,
      maxAge: 600,
    });
  }
}
