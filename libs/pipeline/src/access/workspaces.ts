import { Injectable } from '@nestjs/common';
import {
  DomainEvent,
  workspaceDecider,
  WorkspaceCommand,
  WorkspaceEvent,
  WorkspaceState,
} from '@voxpersona/domain';
import { Actors, CommandContext, Position } from '@voxpersona/event-store';
import { CommandRefused } from '../commands/command-refused';
import { commandContext, RequestContext } from '../commands/request-context';

export interface WorkspaceAnswer {
  position: Position;
  state: WorkspaceState;
  /** Empty: it was so already. */
  events: readonly WorkspaceEvent[];
}

/** Sends commands to workspaces. */
@Injectable()
export class Workspaces {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  /** The id under which `ask` sends a command: what the command hands out is derived from it. */
  commandIdOf(ownerId: string, type: WorkspaceCommand['type'], request: RequestContext): string {
    return contextOf(ownerId, type, request).commandId;
  }

  /** @throws CommandRefused */
  async ask(ownerId: string, command: WorkspaceCommand, request: RequestContext): Promise<WorkspaceAnswer> {
    const context = contextOf(ownerId, command.type, request);
    const answer = await this.actors.ask(workspaceDecider, ownerId, command, context);
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    return answer;
  }

  /** As it is now, by the log itself: what was revoked a moment ago is revoked here. */
  async read(ownerId: string): Promise<WorkspaceState> {
    return (await this.actors.read(workspaceDecider, ownerId)).state;
  }
}

function contextOf(ownerId: string, type: WorkspaceCommand['type'], request: RequestContext): CommandContext {
  return commandContext(request, type, ownerId);
}
