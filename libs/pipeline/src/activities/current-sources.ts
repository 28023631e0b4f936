import { Injectable } from '@nestjs/common';
import { DomainEvent, PassageSource, recordingDecider, reportDecider } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';

/** What passages are cut from, as far as it is searched. */
@Injectable()
export class CurrentSources {
  constructor(private readonly actors: Actors<DomainEvent>) {}

  /** False for what is overtaken, rejected or erased: its passages are not searched. */
  async isCurrent(recordingId: string, source: PassageSource): Promise<boolean> {
    return (await this.embeddersOf(recordingId, source)) !== undefined;
  }

  /** Names of the embedders that have embedded a current source; undefined: it is not current. */
  async embeddersOf(recordingId: string, source: PassageSource): Promise<readonly string[] | undefined> {
    const { state: recording } = await this.actors.read(recordingDecider, recordingId);
    if (recording.phase !== 'present') return undefined;
    if (source.kind === 'transcript') {
      const { currentVersion, indexing } = recording;
      return source.transcriptVersion === currentVersion ? indexing.embeddedBy : undefined;
    }
    const { state: report } = await this.actors.read(reportDecider, source.reportId);
    if (report.phase !== 'present' || report.rejected) return undefined;
    return report.transcriptVersion === recording.currentVersion ? report.indexing.embeddedBy : undefined;
  }
}
