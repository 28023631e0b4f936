import { Injectable, Logger } from '@nestjs/common';
import { Denials, TelegramMember } from '@voxpersona/pipeline';
import { Talk } from '../talk/talk';
import { BOT_RIGHTS, BotRight } from './bot-rights';

/** Lets in members who may; the others are told, in private, how to ask. What is refused is in the trail. */
@Injectable()
export class MembersOnly {
  private readonly log = new Logger('Bot');

  constructor(private readonly denials: Denials) {}

  /** Undefined: whoever asks may not, and was told. */
  async admit(talk: Talk, right: BotRight): Promise<TelegramMember | undefined> {
    const { caller, texts } = talk;
    switch (caller.kind) {
      case 'unknown':
        // In a group everybody would read it.
        if (talk.callbackId !== undefined)
          await talk.answer(texts.plain('access.unknown-short'), { alert: true });
        else if (!talk.isGroup)
          await talk.say(texts.text('start.unknown', { id: String(talk.telegramUserId) }));
        return undefined;
      case 'blocked':
        if (talk.callbackId !== undefined) await talk.answer(texts.plain('access.blocked'), { alert: true });
        else if (!talk.isGroup) await talk.say(texts.text('access.blocked'));
        return undefined;
      case 'member':
        break;
    }
    const { member } = caller;
    const { roles, scope } = BOT_RIGHTS[right];
    if ((roles as readonly string[]).includes(member.role)) return member;
    await this.record(talk, member, right, scope);
    const role = texts.plain(`role.${member.role}`);
    if (talk.callbackId !== undefined)
      await talk.answer(texts.plain('access.role', { role }), { alert: true });
    else await talk.say(texts.text('access.role', { role }));
    return undefined;
  }

  private async record(
    talk: Talk,
    member: TelegramMember,
    right: BotRight,
    scope: (typeof BOT_RIGHTS)[BotRight]['scope'],
  ): Promise<void> {
    const { accountId, ownerId, memberId, role } = member;
    const denial = {
      ...{ ownerId, memberId, keyId: accountId, role, route: `telegram ${right}` },
      ...{ reason: 'role' as const, scope, deniedAt: new Date().toISOString() },
    };
    await this.denials.record(denial, talk.requestOf(member)).catch((error: unknown) => {
      this.log.error(`A refusal cannot be recorded: ${String(error)}`);
    });
  }
}
