import { Injectable } from '@nestjs/common';
import {
  DomainEvent,
  workspaceDecider,
  WorkspaceCommand,
  WorkspaceEvent,
  WorkspaceState,
} from '@voxpersona/domain';
import { Actors, Position } from '@voxpersona/event-store';
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

  /** @throws CommandRefused */
  async ask(ownerId: string, command: WorkspaceCommand, request: RequestContext): Promise<WorkspaceAnswer> {
    const context = commandContext(request, command.type, ownerId);
    const answer = await this.actors.ask(workspaceDecider, ownerId, command, context);
    if (answer.kind === 'refused') throw new CommandRefused(answer.refusal);
    return answer;
  }

  /** As it is now, by the log itself: what was revoked a moment ago is revoked here. */
  async read(ownerId: string): Promise<WorkspaceState> {
    return (await this.actors.read(workspaceDecider, ownerId)).state;
  }
}
