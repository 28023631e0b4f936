import { ChatState, userWire } from '../chat-state';
import { badRequest, Refusal } from '../refusal';
import { Wire } from '../types';
import { ApiMethod, chatOf } from './method';

const getChat: ApiMethod = (desk, parameters) => {
  const chat = chatOf(desk, parameters);
  requireInside(chat);
  return { ...chat.toWire(), accent_color_id: 0, max_reaction_count: 11 };
};

const getChatMember: ApiMethod = (desk, parameters) => {
  const chat = chatOf(desk, parameters);
  requireInside(chat);
  const userId = parameters.integer('user_id');
  if (userId === undefined) throw badRequest('invalid user_id specified');
  if (userId === desk.world.bot.id) return { user: desk.world.botWire(), status: chat.botStatus };
  const member = chat.members.get(userId);
  if (member) return memberWire(userWire(member.person), member.status);
  const known = desk.world.people.get(userId);
  if (!known) throw badRequest('PARTICIPANT_ID_INVALID');
  return memberWire(userWire(known), 'left');
};

const getChatAdministrators: ApiMethod = (desk, parameters) => {
  const chat = chatOf(desk, parameters);
  if (!chat.isGroup) throw badRequest('there are no administrators in the private chat');
  requireInside(chat);
  return [
    ...[...chat.members.values()]
      .filter(({ status }) => status === 'creator' || status === 'administrator')
      .map(({ person, status }) => memberWire(userWire(person), status)),
    ...(chat.botStatus === 'administrator' ? [memberWire(desk.world.botWire(), 'administrator')] : []),
  ];
};

/** A group tells nothing to a bot that is not in it; a person who blocked it can still be looked up. */
function requireInside(chat: ChatState): void {
  if (chat.isGroup) chat.requireWritable();
  else if (chat.botStatus === 'left') throw notFound();
}

const notFound = (): Refusal => badRequest('chat not found');

function memberWire(user: Wire, status: string): Wire {
  if (status === 'creator') return { user, status, is_anonymous: false };
  if (status !== 'administrator') return { user, status };
  return {
    ...{ user, status, can_be_edited: false, is_anonymous: false, can_manage_chat: true },
    ...{ can_delete_messages: true, can_manage_video_chats: false, can_restrict_members: true },
    ...{ can_promote_members: false, can_change_info: true, can_invite_users: true },
  };
}

export const chatMethods = { getChat, getChatMember, getChatAdministrators };
