import { Controller, Inject, Req, Res } from '@nestjs/common';
import { EventStore, LogBroken, SealSigner, verifyLog } from '@voxpersona/event-store';
import { EVENT_STORE, Sealer } from '@voxpersona/pipeline';
import { Request, Response } from 'express';
import { Pool } from 'pg';
import { Handles } from '../contract/handles';
import { OperatorAccess } from './operator-access';
import { sealAudit, verifyAudit } from './operator.routes';

const TELL_EVERY = 10_000;

@Controller()
export class AuditController {
  constructor(
    private readonly access: OperatorAccess,
    private readonly pool: Pool,
    private readonly sealer: Sealer,
    private readonly signer: SealSigner,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  @Handles(verifyAudit)
  async verify(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.access.admit(request);
    const tell = (line: object): void => void response.write(`${JSON.stringify(line)}\n`);
    response.type('application/x-ndjson');
    tell({ verified: 0 });
    try {
      const result = await verifyLog({
        ...{ store: this.store, pool: this.pool, verifier: this.signer.verifier },
        onProgress: (events) => {
          if (events % TELL_EVERY === 0) tell({ verified: events });
        },
      });
      tell({ result });
    } catch (error) {
      // The answer has begun: what went wrong is said in it.
      if (error instanceof LogBroken) {
        const { fault, eventId, message } = error;
        tell({ broken: { fault, eventId, message } });
      } else {
        tell({ failed: 'The log could not be read to its end. Ask again.' });
      }
    }
    response.end();
  }

  @Handles(sealAudit)
  async seal(@Req() request: Request): Promise<object> {
    this.access.admit(request);
    return { seal: await this.sealer.sealOnDemand() };
  }
}
