import { accept, acceptNothing, refuse } from '../shared/decider';
import { CommandOf, RecordingDecision } from './decision';
import { PresentRecording } from './state';

/** Takes a transcript out of use. Where it was the current one, the newest of before that nobody rejected is so again. */
export function rejectTranscript(
  state: PresentRecording,
  { transcriptVersion }: CommandOf<'RejectTranscript'>,
): RecordingDecision {
  const { recordingId, transcripts, currentVersion } = state;
  const rejected = transcripts.find(({ version }) => version === transcriptVersion);
  if (!rejected) {
    return refuse('transcript_not_found', `There is no transcript ${transcriptVersion} of this recording.`);
  }
  if (rejected.rejected) return acceptNothing();
  const left = transcripts.filter((one) => !one.rejected && one !== rejected).at(-1);
  if (!left) return refuse('no_other_transcript', 'This is the only transcript of this recording.');
  const reportsOn = (version: number): string[] =>
    state.commissions.filter((one) => one.transcriptVersion === version).map(({ reportId }) => reportId);
  const { version, isSilent, language, wordCount } = left;
  const restored = {
    transcriptVersion: version,
    isSilent,
    language,
    wordCount,
    reportIds: reportsOn(version),
  };
  return accept({
    type: 'TranscriptRejected',
    data: {
      ...{ recordingId, transcriptVersion, reportIds: reportsOn(transcriptVersion) },
      restored: currentVersion === transcriptVersion ? restored : null,
    },
  });
}
