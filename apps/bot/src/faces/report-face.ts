import { Injectable } from '@nestjs/common';
import { reportMarkdown, ReportView } from '@voxpersona/projections';
import { previewOf } from '../rendering';
import { OutgoingFile } from '../talk/talk';
import { Translator } from '../texts';
import { BotReader } from './bot-reader';
import { nameOf } from './recording-words';
import { ReachableChat, Rendered } from './rendered';

/** Leaves room for the line above. */
const PREVIEW_LENGTH = 3_500;

/** A report to read in the chat, and as a file. */
@Injectable()
export class ReportFace {
  constructor(private readonly reader: BotReader) {}

  /** Null: it is not there (any more). */
  async render(chat: ReachableChat, reportId: string, texts: Translator): Promise<Rendered | null> {
    const found = await this.find(chat, reportId);
    if (!found) return null;
    const { report, markdown, title } = found;
    const recording = await this.reader.recording(chat.ownerId, report.recordingId);
    if (!recording) return null;
    const { html: body, cut } = previewOf(markdown, PREVIEW_LENGTH);
    const { recordingId } = report;
    return {
      text: texts.text(cut ? 'report.preview-cut' : 'report.preview', {
        name: nameOf(recording, texts),
        title,
        body,
      }),
      keyboard: [
        [
          { text: texts.plain('button.transcript'), action: { kind: 'transcript', recordingId } },
          { text: texts.plain('button.open'), action: { kind: 'recording', recordingId } },
        ],
      ],
    };
  }

  /** The whole of it; null: it is not there (any more). */
  async file(chat: ReachableChat, reportId: string): Promise<OutgoingFile | null> {
    const found = await this.find(chat, reportId);
    if (!found) return null;
    const { title, markdown, report } = found;
    return {
      name: `${title}.md`,
      content: Buffer.from(markdown, 'utf8'),
      recordingId: report.recordingId,
    };
  }

  private async find(
    { ownerId }: ReachableChat,
    reportId: string,
  ): Promise<{ report: ReportView; markdown: string; title: string } | null> {
    const report = await this.reader.report(ownerId, reportId);
    if (report?.status !== 'completed') return null;
    const title = this.reader.reportTitle(report);
    return {
      report,
      title,
      markdown: reportMarkdown(report, (part) => this.reader.reportTitle(report, part)),
    };
  }
}
