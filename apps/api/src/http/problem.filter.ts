import { ArgumentsHost, Catch, ExceptionFilter, Logger } from '@nestjs/common';
import { Request, Response } from 'express';
import { asProblem } from './as-problem';
import { ClientGone } from './client-gone';
import { isHttp } from './is-http';
import { lingerUntilRead } from './linger';
import { Problem } from './problem';
import { requestIdOf } from './request-id';

/**
 * Writes every error as problem details. What nobody foresaw is logged whole and told as nothing but its request id; that an
 * event was altered is logged too: it is the operator who has to look.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Logger('Api');

  catch(error: unknown, host: ArgumentsHost): void {
    if (!isHttp(host)) throw error;
    if (error instanceof ClientGone) return;
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const requestId = requestIdOf(request);
    const known = asProblem(error);
    if (!known) {
      const stack = error instanceof Error ? error.stack : String(error);
      this.log.error(`${request.method} ${request.path} (request ${requestId}): ${stack}`);
    } else if (known.problem === 'event-altered') {
      this.log.error(`${request.method} ${request.path} (request ${requestId}): ${known.message}`);
    }
    const problem =
      known ?? new Problem('internal', `Tell the operator of this server the request id ${requestId}.`);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    lingerUntilRead(request, response);
    response
      .status(problem.getStatus())
      .set(problem.headers)
      .type('application/problem+json')
      .send(JSON.stringify(problem.toDetails(requestId)));
  }
}
