import { Inject, Injectable } from '@nestjs/common';
import { CallbackAction, Callbacks, DecodedCallback } from '../callbacks';
import { BotContext } from '../talk/bot-context';
import { CALLBACKS } from '../tokens';

/** What a pressed button asks for. */
@Injectable()
export class Pressed {
  constructor(@Inject(CALLBACKS) private readonly callbacks: Callbacks) {}

  /** Undefined where it is not one of these. */
  read<Kind extends CallbackAction['kind']>(
    ctx: BotContext,
    kinds: readonly Kind[],
  ): Extract<CallbackAction, { kind: Kind }> | undefined {
    const decoded = this.decode(ctx);
    if (decoded?.kind !== 'ok') return undefined;
    const { action } = decoded;
    return isOneOf(action, kinds) ? action : undefined;
  }

  decode({ callbackQuery, talk }: BotContext): DecodedCallback | undefined {
    if (!callbackQuery || !('data' in callbackQuery)) return undefined;
    return this.callbacks.decode(callbackQuery.data, talk.telegramChatId);
  }
}

function isOneOf<Kind extends CallbackAction['kind']>(
  action: CallbackAction,
  kinds: readonly Kind[],
): action is Extract<CallbackAction, { kind: Kind }> {
  return (kinds as readonly string[]).includes(action.kind);
}
