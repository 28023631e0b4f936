import { recordingSaga } from './recording.saga';
import { reembeddingSagaName } from './reembedding.saga';
import { reportSaga } from './report.saga';
import { reprocessingSaga } from './reprocessing.saga';
import { telegramSaga } from './telegram.saga';

/** Keeps what a chat is to be shown; not a saga, but what it stands for must not be done again either. */
export const TELEGRAM_MESSAGES = 'telegram-messages';

/** Sagas that every worker runs. The one of each embedder has a name of its own beside these. */
export const STANDING_SAGAS: readonly string[] = [
  recordingSaga.name,
  reportSaga.name,
  reprocessingSaga.name,
  telegramSaga.name,
];

/** Whether a checkpoint of this name is a saga's: then what it stands for is jobs, which must not be made again. */
export function isSagaName(name: string): boolean {
  return (
    STANDING_SAGAS.includes(name) || name === TELEGRAM_MESSAGES || name.startsWith(reembeddingSagaName(''))
  );
}
