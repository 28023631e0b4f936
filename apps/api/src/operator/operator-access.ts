import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT } from '@voxpersona/composition';
import { Environment } from '@voxpersona/platform';
import { Request } from 'express';
import { showsToken } from '../auth/shows-token';
import { Problem } from '../http/problem';

/** Lets in who shows the operator's token: these routes are about the installation, not about one workspace. */
@Injectable()
export class OperatorAccess {
  constructor(@Inject(ENVIRONMENT) private readonly environment: Environment) {}

  /** @throws Problem 401 for a wrong token, 404 where no token is set and nobody may */
  admit(request: Request): void {
    const { OPERATOR_TOKEN: token } = this.environment;
    // Word for word what a route that does not exist is answered with.
    if (token === undefined) {
      throw new Problem('not-found', `Cannot ${request.method} ${request.originalUrl}`);
    }
    if (showsToken(request.get('authorization'), token)) return;
    throw new Problem('not-authenticated', 'Send the token of OPERATOR_TOKEN as "Authorization: Bearer …".', {
      'WWW-Authenticate': 'Bearer realm="voxpersona operator"',
    });
  }
}
