import { ChatMessage } from './types';

/** A chat as a person would read it aloud, one message after another. */
export function transcribe(title: string, messages: readonly ChatMessage[]): string {
  const lines = messages.flatMap(linesOf);
  return [`Chat "${title}":`, ...(lines.length > 0 ? lines : ['  (no messages)'])].join('\n');
}

function linesOf(message: ChatMessage): string[] {
  const who = message.from === 'bot' ? 'bot' : message.from.firstName;
  const file = message.document ?? message.audio ?? message.voice;
  const marks = [
    ...(message.replyTo === undefined ? [] : [`reply to #${message.replyTo}`]),
    ...(file ? [`file ${file.fileName}, ${file.size} bytes`] : []),
    ...(message.edits.length > 0 ? [`edited ${message.edits.length}×`] : []),
    ...(message.deleted ? ['deleted'] : []),
  ];
  const head = `  #${message.id} ${who}${marks.length > 0 ? ` (${marks.join('; ')})` : ''}: `;
  const text = message.text.split('\n').join('\n      ');
  const rows = message.buttons.map((row) => `      ${row.map(buttonText).join(' ')}`);
  return [head + text, ...rows];
}

function buttonText({ text, data, url }: ChatMessage['buttons'][number][number]): string {
  return `[${text}${data === undefined ? '' : ` = ${data}`}${url === undefined ? '' : ` -> ${url}`}]`;
}
