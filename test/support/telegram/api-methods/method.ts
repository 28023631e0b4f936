import { ChatState } from '../chat-state';
import { LongPoll } from '../long-poll';
import { Parameters } from '../parameters';
import { badRequest } from '../refusal';
import { WebhookDelivery } from '../webhook-delivery';
import { World } from '../world';
import { CommandMenus } from './command-menus';

/** What a method of the Bot API works with. */
export interface Desk {
  readonly world: World;
  readonly poll: LongPoll;
  readonly webhook: WebhookDelivery;
  readonly menus: CommandMenus;
}

/**
 * One method: gives the result, or throws a Refusal.
 *
 * @param signal aborted when the client has hung up
 */
export type ApiMethod = (desk: Desk, parameters: Parameters, signal: AbortSignal) => unknown;

/** The chat that a call names, by id or by the @username of a person. */
export function chatOf({ world }: Pick<Desk, 'world'>, parameters: Parameters): ChatState {
  const name = parameters.text('chat_id').trim();
  if (name === '') throw badRequest('chat_id is empty');
  if (!name.startsWith('@')) return world.reachable(parameters.integer('chat_id') ?? 0);
  // Only channels and supergroups can be named; here nothing has such a name.
  throw badRequest('chat not found');
}
