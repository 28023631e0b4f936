import { Gap, speakerOfChannel, TranscriptLine } from '@voxpersona/domain';
import { TranscriptView } from './transcripts.projection';

/** Also a lone carriage return, which WebVTT counts as the end of a line. */
const LINE_BREAK = /\s*[\n\v\f\r\u0085\u2028\u2029]\s*/gu;

/** A line, or a gap, in the order of time. */
interface Cue {
  start: number;
  end: number;
  text: string;
}

/** Plain text with times; gaps are told in their places. */
export function toText(transcript: TranscriptView): string {
  return `${cues(transcript)
    .map(({ start, text }) => `[${clock(start, '.').slice(0, 8)}] ${text}`)
    .join('\n')}\n`;
}

/** SubRip subtitles. */
export function toSrt(transcript: TranscriptView): string {
  return cues(transcript)
    .map(
      ({ start, end, text }, index) => `${index + 1}\n${clock(start, ',')} --> ${clock(end, ',')}\n${text}\n`,
    )
    .join('\n');
}

/** WebVTT subtitles (W3C). */
export function toVtt(transcript: TranscriptView): string {
  const body = cues(transcript).map(
    ({ start, end, text }) => `${clock(start, '.')} --> ${clock(end, '.')}\n${escapeVtt(text)}\n`,
  );
  return ['WEBVTT\n', ...body].join('\n');
}

function cues({ lines, gaps }: TranscriptView): Cue[] {
  const spoken = lines.map(({ start, end, text, speaker }: TranscriptLine) => ({
    start,
    end,
    // A line break would end a subtitle.
    text: said(speaker, text).replaceAll(LINE_BREAK, ' '),
  }));
  const missing = gaps.map(({ start, end, code, channel }: Gap) => ({
    start,
    end,
    text: said(speakerOfChannel(channel), `[not transcribed: ${code}]`),
  }));
  return [...spoken, ...missing].sort((a, b) => a.start - b.start);
}

function said(speaker: string | null, text: string): string {
  return speaker ? `${speaker}: ${text}` : text;
}

/** `hh:mm:ss` with milliseconds after `separator`. */
function clock(seconds: number, separator: ',' | '.'): string {
  const milliseconds = Math.round(seconds * 1_000);
  const part = (value: number, digits: number): string => String(value).padStart(digits, '0');
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor(milliseconds / 60_000) % 60;
  const whole = Math.floor(milliseconds / 1_000) % 60;
  return `${part(hours, 2)}:${part(minutes, 2)}:${part(whole, 2)}${separator}${part(milliseconds % 1_000, 3)}`;
}

function escapeVtt(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
