import { deriveId, isUuid } from '@voxpersona/domain';
import { AppendOutcomeUnknown } from '@voxpersona/event-store';
import { RequestContext } from '@voxpersona/pipeline';
import { InvalidArgumentError, Option } from 'commander';
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';

export interface OperatorRequest extends RequestContext {
  /** Names the request, so that it can be repeated. The log does not hold it: the trail leads to nobody's secret. */
  name: string;
}

/** Whether the command took effect is not known; the message says how to find out. */
export class OutcomeUnknown extends Error {
  constructor(requestName: string, cause: unknown) {
    super(
      'The event log did not confirm the command, so whether it took effect is not known. When the log answers again, ' +
        `run the same command with --request ${requestName}: it has one effect, and prints the same secret.`,
      { cause },
    );
    this.name = 'OutcomeUnknown';
  }
}

/** The audit trail names the system user that runs the command. */
export function operatorRequest(name: string = randomUUID()): OperatorRequest {
  const requestId = deriveId('operator-request', name);
  return { name, requestId, actor: { kind: 'operator', id: userInfo().username, owner: null } };
}

/** For commands that print a secret: repeats an earlier request instead of making a new one. */
export function requestOption(): Option {
  return new Option('--request <id>', 'repeat an earlier attempt whose outcome is unknown').argParser(
    (given: string) => {
      if (isUuid(given)) return given;
      throw new InvalidArgumentError('It must be the id that the earlier attempt printed.');
    },
  );
}

/** @throws OutcomeUnknown */
export async function withKnownOutcome<T>({ name }: OperatorRequest, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof AppendOutcomeUnknown ? new OutcomeUnknown(name, error) : error;
  }
}
