import { Controller, Inject, Req, Res } from '@nestjs/common';
import { ENVIRONMENT } from '@voxpersona/composition';
import { Environment } from '@voxpersona/platform';
import { Request, Response } from 'express';
import { Handles } from '../contract/handles';
import { Problem } from '../http/problem';
import { metricsAccess } from './metrics-access';
import { getMetrics } from './metrics.routes';
import { ServerMetrics } from './server-metrics';

const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="voxpersona metrics"' };

@Controller()
export class MetricsController {
  constructor(
    private readonly metrics: ServerMetrics,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Handles(getMetrics)
  async read(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.admit(request);
    const text = await this.metrics.text();
    // Not by `send`, which would put the parameters of the content type in another order.
    response.set('Content-Type', this.metrics.contentType).set('Cache-Control', 'no-store').end(text);
  }

  private admit(request: Request): void {
    const asker = {
      authorization: request.get('authorization'),
      peer: request.socket.remoteAddress,
      isForwarded: request.get('x-forwarded-for') !== undefined || request.get('forwarded') !== undefined,
    };
    switch (metricsAccess(asker, this.environment.METRICS_TOKEN)) {
      case 'allowed':
        return;
      case 'token-wrong':
        throw new Problem(
          'not-authenticated',
          'Send the token of METRICS_TOKEN as "Authorization: Bearer …".',
          CHALLENGE,
        );
      case 'hidden':
        // Word for word what a route that does not exist is answered with.
        throw new Problem('not-found', `Cannot ${request.method} ${request.originalUrl}`);
    }
  }
}
