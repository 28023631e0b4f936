import { Gap } from '@voxpersona/domain';
import { gapsOfView, RecordingView, stageOf, statusOf } from '@voxpersona/projections';
import { clock, html, joinPresent, progressBar, TelegramHtml } from '../rendering';
import { Keyboard } from '../talk/talk';
import { isTextKey, Translator } from '../texts';

/** More gaps are not listed; how many there are is said. */
const MAX_GAPS = 8;

/** The name that a recording goes by in a chat. */
export function nameOf({ fileName }: Pick<RecordingView, 'fileName'>, texts: Translator): string {
  return fileName ?? texts.plain('recording.unnamed');
}

/** How far a recording is, in one or a few lines. */
export function progressOf(recording: RecordingView, texts: Translator): TelegramHtml {
  const name = nameOf(recording, texts);
  switch (statusOf(recording)) {
    case 'processing':
      return underWay(recording, texts);
    case 'failed':
      return failed(recording, texts);
    case 'cancelled':
      return texts.text('status.cancelled', { name });
    case 'no_speech':
      return joinPresent(
        [texts.text('status.no-speech', { name }), gapsText(gapsOfView(recording), texts)],
        '\n',
      );
    case 'ready':
      return ready(recording, texts);
    case 'erasing':
    case 'erased':
      return texts.text('status.erased');
  }
}

function underWay(recording: RecordingView, texts: Translator): TelegramHtml {
  const name = nameOf(recording, texts);
  switch (stageOf(recording)) {
    case 'splitting':
      return texts.text('status.stored', { name });
    case 'transcribing': {
      const total = recording.chunks.length;
      const done = recording.chunks.filter(({ status }) => status !== 'pending').length;
      return texts.text('status.transcribing', { name, done, total, bar: progressBar(done, total) });
    }
    case 'assembling':
    case 'indexing':
    case 'done':
      return texts.text('status.indexing', { name });
  }
}

function ready(recording: RecordingView, texts: Translator): TelegramHtml {
  const { reports } = recording;
  const name = nameOf(recording, texts);
  const written = reports.filter(({ status }) => status === 'completed').length;
  const writing = reports.some(({ status }) => status === 'writing');
  const broken = reports.filter(({ status }) => status === 'failed').length;
  const head = writing
    ? texts.text('status.report', { name, done: written, total: reports.length })
    : texts.text('status.done', { name, length: clock(recording.audio.durationSeconds) });
  const lost = broken > 0 ? texts.text('status.reports-failed', { count: broken }) : html``;
  return joinPresent([head, lost, gapsText(gapsOfView(recording), texts)], '\n');
}

function failed(recording: RecordingView, texts: Translator): TelegramHtml {
  const name = nameOf(recording, texts);
  const [failure] = recording.failures;
  if (!failure) {
    return joinPresent(
      [texts.text('status.nothing-heard', { name }), gapsText(gapsOfView(recording), texts)],
      '\n',
    );
  }
  const stage = texts.plain(`stage.${failure.stage}`);
  return texts.text('status.failed', { name, stage, reason: reasonOf(failure.code, texts) });
}

/** Why something did not come about, by its code; a code that has no words of its own is shown as it is. */
export function reasonOf(code: string, texts: Translator): string {
  const key = `reason.${code}`;
  return isTextKey(key) ? texts.plain(key) : texts.plain('reason.other', { code });
}

/** What is missing, with its times and reasons; empty when nothing is. */
export function gapsText(gaps: readonly Gap[], texts: Translator): TelegramHtml {
  if (gaps.length === 0) return html``;
  const lines = gaps
    .slice(0, MAX_GAPS)
    .map(({ start, end, code }) =>
      texts.text('gap.line', { from: clock(start), to: clock(end), reason: reasonOf(code, texts) }),
    );
  const more = gaps.length > MAX_GAPS ? [texts.text('gap.more', { count: gaps.length - MAX_GAPS })] : [];
  return joinPresent([texts.text('gap.title', { count: gaps.length }), ...lines, ...more], '\n');
}

/** What can be done with a recording as it is now. */
export function buttonsOf(recording: RecordingView, texts: Translator): Keyboard {
  const { id: recordingId } = recording;
  const status = statusOf(recording);
  if (status === 'erasing' || status === 'erased') return [];
  const row = (...buttons: (Keyboard[number][number] | false)[]): Keyboard[number] =>
    buttons.filter((button) => button !== false);
  const canRetry =
    status === 'failed' ||
    status === 'cancelled' ||
    gapsOfView(recording).length > 0 ||
    recording.reports.some((report) => report.status === 'failed');
  const rows = [
    row(
      status === 'ready' && {
        text: texts.plain('button.transcript'),
        action: { kind: 'transcript', recordingId },
      },
      status === 'ready' && { text: 'TXT', action: { kind: 'file', recordingId, format: 'txt' } },
      status === 'ready' && { text: 'SRT', action: { kind: 'file', recordingId, format: 'srt' } },
      status === 'ready' && { text: 'VTT', action: { kind: 'file', recordingId, format: 'vtt' } },
    ),
    row(
      canRetry && { text: texts.plain('button.retry'), action: { kind: 'retry', recordingId } },
      status === 'processing' && {
        text: texts.plain('button.stop'),
        action: { kind: 'stop', recordingId },
      },
    ),
    row(
      { text: texts.plain('button.open'), action: { kind: 'recording', recordingId } },
      { text: texts.plain('button.delete'), action: { kind: 'delete-ask', recordingId } },
    ),
  ];
  return rows.filter((buttons) => buttons.length > 0);
}
