import { deriveId } from '@voxpersona/domain';
import { Actor, CommandContext } from '@voxpersona/event-store';

/** Who asks, and in which request. */
export interface RequestContext {
  /** UUID of the request; everything that follows from it carries it as its correlation id. */
  requestId: string;
  actor: Actor;
}

/** The context of one of the commands that a request leads to. */
export function commandContext({ requestId, actor }: RequestContext, ...command: string[]): CommandContext {
  return {
    commandId: deriveId('request-command', requestId, ...command),
    correlationId: requestId,
    causationId: requestId,
    actor,
  };
}
