import { denialDecider } from './access/denials';
import { workspaceDecider } from './access/decider';
import { audioClaimDecider } from './audio-claim/decider';
import { recordingDecider } from './recording/decider';
import { reportDecider } from './report/decider';
import { reprocessingDecider } from './reprocessing/decider';
import { sealDecider } from './seal/decider';
import { sweepDecider } from './sweep/decider';
import { telegramAccountDecider } from './telegram/account';
import { chatDecider } from './telegram/chat/decider';
import { telegramCodeDecider } from './telegram/link-code';
import { uploadLinkDecider } from './upload-link/decider';

/** The first part of the names of all streams that VoxPersona writes: one per decider. */
export const STREAM_CATEGORIES: readonly string[] = [
  denialDecider,
  workspaceDecider,
  audioClaimDecider,
  recordingDecider,
  reportDecider,
  reprocessingDecider,
  sealDecider,
  sweepDecider,
  telegramAccountDecider,
  chatDecider,
  telegramCodeDecider,
  uploadLinkDecider,
].map(({ category }) => category);
