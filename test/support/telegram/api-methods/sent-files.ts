import { readMarkup } from '../judge-markup';
import { readCaption } from '../judge-text';
import { attach, attachKept, MediaInfo } from '../media';
import { Attachment } from '../message';
import { Parameters } from '../parameters';
import { badRequest } from '../refusal';
import { ApiMethod, chatOf, Desk } from './method';
import { repliedTo, topicOf } from './messages';

type SentKind = 'document' | 'audio' | 'voice';

const NAME_OF_MANY = { document: 'documents', audio: 'audios', voice: 'voice notes' };

/** sendDocument, sendAudio, sendVoice: they differ in the name of the field. */
function send(kind: SentKind): ApiMethod {
  return (desk, parameters) => {
    const chat = chatOf(desk, parameters);
    const content = readCaption(parameters);
    const markup = readMarkup(parameters);
    const attachment = read(desk, parameters, kind);
    chat.requireWritable();
    if (chat.forbidden.has(kind) && chat.botStatus !== 'administrator')
      throw badRequest(`not enough rights to send ${NAME_OF_MANY[kind]} to the chat`);
    const replyTo = repliedTo(chat, parameters);
    const extras = topicOf(chat, parameters, replyTo);
    const message = desk.world.post(chat, {
      ...content,
      attachment,
      extras,
      ...(markup ? { markup } : {}),
      ...(replyTo ? { replyTo } : {}),
    });
    return desk.world.wireOf(message);
  };
}

function read({ world }: Desk, parameters: Parameters, kind: SentKind): Attachment {
  const durationSeconds = parameters.integer('duration');
  const info: MediaInfo = {
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(parameters.has('title') ? { title: parameters.text('title') } : {}),
    ...(parameters.has('performer') ? { performer: parameters.text('performer') } : {}),
  };
  const uploaded = parameters.file(kind);
  if (uploaded) {
    if (uploaded.bytes.length === 0) throw badRequest('file must be non-empty');
    return attach(world.files, kind, uploaded.bytes, { ...info, fileName: uploaded.fileName });
  }
  const given = parameters.text(kind);
  if (given === '') throw badRequest(`there is no ${kind} in the request`);
  // This server fetches nothing from elsewhere.
  if (/^https?:/i.test(given)) throw badRequest('failed to get HTTP URL content');
  const kept = world.files.find(given);
  if (!kept) throw badRequest('wrong file identifier/HTTP URL specified');
  return attachKept(world.files, kind, kept, info);
}

export const fileMethods = {
  sendDocument: send('document'),
  sendAudio: send('audio'),
  sendVoice: send('voice'),
};
