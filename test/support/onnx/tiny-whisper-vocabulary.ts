/** Text tokens. A leading space belongs to the token, as in Whisper. */
const TEXTS = ['Good', ' morning.', 'Доброе', ' утро.', ' The', ' room', ' is', ' clean.'];
const MARKS = [
  '<|endoftext|>',
  '<|startoftranscript|>',
  '<|en|>',
  '<|ru|>',
  '<|translate|>',
  '<|transcribe|>',
  '<|notimestamps|>',
];
/** Timestamp tokens, 20 ms apart, from 0 to 10 seconds. */
const TIMESTAMPS = 501;

/** The ids of the tiny Whisper's tokens: texts, marks and timestamps, in Whisper's order. */
export const VOCABULARY_SIZE = TEXTS.length + MARKS.length + TIMESTAMPS;

/** Id of a text or a mark. */
export function idOf(token: string): number {
  return [...TEXTS, ...MARKS].indexOf(token);
}

/** Id of the timestamp at so many seconds. */
export function idAt(seconds: number): number {
  return TEXTS.length + MARKS.length + Math.round(seconds / 0.02);
}

/** Every mark with its id. */
export function marks(): { id: number; content: string }[] {
  return MARKS.map((content) => ({ id: idOf(content), content }));
}

/** Texts as byte-level tokens: every byte of the text is written as one printable character. */
export function byteLevelVocabulary(): Record<string, number> {
  const alphabet = byteAlphabet();
  return Object.fromEntries(
    TEXTS.map((text, id) => [Array.from(Buffer.from(text), (byte) => alphabet[byte] ?? '').join(''), id]),
  );
}

/** Printable bytes stand for themselves; the others take the characters from 256 on, in order. */
function byteAlphabet(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    return String.fromCharCode(printable ? byte : next++);
  });
}
