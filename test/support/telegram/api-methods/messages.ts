import { ChatState } from '../chat-state';
import { readMarkup } from '../judge-markup';
import { charactersOf, readText } from '../judge-text';
import { attach } from '../media';
import { inTopic, KeptMessage } from '../message';
import { Parameters } from '../parameters';
import { badRequest } from '../refusal';
import { FormattedText, Wire } from '../types';
import { ApiMethod, chatOf, Desk } from './method';

const MOST_ANSWER = 200;
const DELETABLE_SECONDS = 48 * 3_600;
const ACTIONS = [
  ...['typing', 'upload_photo', 'record_video', 'upload_video', 'record_voice', 'upload_voice'],
  ...['record_audio', 'upload_audio', 'upload_document', 'choose_sticker', 'find_location'],
  ...['record_video_note', 'upload_video_note'],
];

const sendMessage: ApiMethod = (desk, parameters) => {
  const chat = chatOf(desk, parameters);
  const content = readText(parameters);
  const markup = readMarkup(parameters);
  chat.requireWritable();
  const replyTo = repliedTo(chat, parameters);
  const message = desk.world.post(chat, {
    ...content,
    extras: topicOf(chat, parameters, replyTo),
    ...(markup ? { markup } : {}),
    ...(replyTo ? { replyTo } : {}),
  });
  return desk.world.wireOf(message);
};

const editMessageText: ApiMethod = (desk, parameters) => {
  const chat = chatOf(desk, parameters);
  const content = readText(parameters);
  const markup = readMarkup(parameters);
  const message = editable(chat, parameters);
  if (message.attachment) throw badRequest('there is no text in the message to edit');
  return edit(desk, message, content, markup);
};

const editMessageReplyMarkup: ApiMethod = (desk, parameters) => {
  const chat = chatOf(desk, parameters);
  const markup = readMarkup(parameters);
  const message = editable(chat, parameters);
  return edit(desk, message, { text: message.text, entities: message.entities }, markup);
};

/** A file is put in place of what is there, be that a file or a text. Here documents only. */
const editMessageMedia: ApiMethod = (desk, parameters) => {
  const chat = chatOf(desk, parameters);
  const markup = readMarkup(parameters);
  const message = editable(chat, parameters);
  const media = parameters.object('media', 'input media');
  if (media?.type !== 'document') throw badRequest('this server changes a message into a document only');
  const uploaded = parameters.attached(media.media);
  if (!uploaded) throw badRequest('wrong file identifier/HTTP URL specified');
  if (uploaded.bytes.length === 0) throw badRequest('file must be non-empty');
  const attachment = attach(desk.world.files, 'document', uploaded.bytes, { fileName: uploaded.fileName });
  desk.world.edit(message, { text: '', entities: [], attachment, ...(markup ? { markup } : {}) });
  return desk.world.wireOf(message);
};

const deleteMessage: ApiMethod = (desk, parameters) => {
  const chat = chatOf(desk, parameters);
  const message = chat.find(messageId(parameters));
  if (!message || message.deleted) throw badRequest('message to delete not found');
  chat.requireWritable();
  const isOthers = message.from !== 'bot' && chat.isGroup && chat.botStatus !== 'administrator';
  if (isOthers) throw badRequest("message can't be deleted");
  if (Date.now() / 1_000 - message.date > DELETABLE_SECONDS)
    throw badRequest("message can't be deleted for everyone");
  desk.world.delete(message);
  return true;
};

const answerCallbackQuery: ApiMethod = ({ world }, parameters) => {
  const text = parameters.text('text');
  if (charactersOf(text) > MOST_ANSWER) throw badRequest('MESSAGE_TOO_LONG');
  world.queries.answer(parameters.text('callback_query_id'), {
    text,
    showAlert: parameters.flag('show_alert'),
  });
  return true;
};

const sendChatAction: ApiMethod = (desk, parameters) => {
  const chat = chatOf(desk, parameters);
  if (!ACTIONS.includes(parameters.text('action'))) throw badRequest('wrong parameter action in request');
  chat.requireWritable();
  return true;
};

function edit(desk: Desk, message: KeptMessage, content: FormattedText, markup: Wire | undefined): Wire {
  if (message.isSame(content, markup))
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same ' +
        'as a current content and reply markup of the message',
    );
  desk.world.edit(message, { ...content, ...(markup ? { markup } : {}) });
  return desk.world.wireOf(message);
}

/** The message that a call may edit: the bot's own, there still, with no keyboard but an inline one. */
function editable(chat: ChatState, parameters: Parameters): KeptMessage {
  const message = chat.find(messageId(parameters));
  chat.requireWritable();
  if (!message || message.deleted) throw badRequest('message to edit not found');
  const hasOtherKeyboard = message.markup !== undefined && message.markup.inline_keyboard === undefined;
  if (message.from !== 'bot' || hasOtherKeyboard) throw badRequest("message can't be edited");
  return message;
}

function messageId(parameters: Parameters): number {
  const id = parameters.integer('message_id');
  if (id === undefined || id <= 0) throw badRequest('message identifier is not specified');
  return id;
}

/** The message that a call replies to. */
export function repliedTo(chat: ChatState, parameters: Parameters): KeptMessage | undefined {
  const given = parameters.object('reply_parameters', 'reply parameters');
  const id = given ? Number(given.message_id) : parameters.integer('reply_to_message_id');
  if (id === undefined) return undefined;
  const message = chat.find(id);
  if (message && !message.deleted) return message;
  const isOptional = given?.allow_sending_without_reply ?? parameters.flag('allow_sending_without_reply');
  if (isOptional === true) return undefined;
  throw badRequest('message to be replied not found');
}

/** The topic that a message goes to: the one that is named, or that of the message which is answered; else the general one. */
export function topicOf(chat: ChatState, parameters: Parameters, replyTo: KeptMessage | undefined): Wire {
  const topic = parameters.integer('message_thread_id') ?? replyTo?.topic;
  if (topic === undefined) return {};
  if (chat.messages.every((message) => message.topic !== topic)) throw badRequest('message thread not found');
  return inTopic(topic);
}

export const messageMethods = {
  ...{ sendMessage, editMessageText, editMessageReplyMarkup },
  ...{ editMessageMedia, deleteMessage },
  ...{ answerCallbackQuery, sendChatAction },
};
