import { clock } from '../clock';
import { LanguageModel, WriteRequest, WriteResult } from '../language-model';
import { keySentences, keyTerms, Sentence, toSentences } from './key-sentences';

/** Words that mark a wish, a duty or an open question. Said as such in the report: it is no understanding. */
const FOLLOW_UP =
  /\?|\b(please|should|must|need|needs|repair|fix|change|improve|missing|broken)\b|(пожалуйста|нужно|надо|необходимо|должн|следует|почин|исправ|измени|улучш|сломан|не хватает)/iu;

interface Wording {
  method: string;
  terms: string;
  quotes: string;
  followUps: string;
  noFollowUps: string;
  gaps: (count: number) => string;
}

const WORDINGS: Readonly<Record<'en' | 'ru', Wording>> = {
  en: {
    method:
      '*Extracted, not written by a language model: the sentences that share most with the whole conversation, word for word.*',
    terms: 'Said most often',
    quotes: 'Central sentences',
    followUps: 'Sentences with a question, a wish or a duty in them, found by key words:',
    noFollowUps: 'No sentence holds one of the key words for questions, wishes or duties.',
    gaps: (count) =>
      `*${count} stretch(es) of the recording could not be transcribed and are not reflected here.*`,
  },
  ru: {
    method:
      '*Извлечено без языковой модели: предложения, у которых больше всего общего со всем разговором, дословно.*',
    terms: 'Чаще всего говорили о',
    quotes: 'Главные предложения',
    followUps: 'Предложения с вопросом, пожеланием или необходимостью, найденные по ключевым словам:',
    noFollowUps: 'Ни одно предложение не содержит ключевых слов вопроса, пожелания или необходимости.',
    gaps: (count) => `*Не удалось расшифровать фрагментов записи: ${count}; они здесь не учтены.*`,
  },
};

/**
 * Stands in for a language model where there is none: quotes what is central, by a method that `key-sentences.ts`
 * documents, and says that it does no more.
 */
export class ExtractiveLanguageModel implements LanguageModel {
  readonly provider = 'extractive';
  readonly model = 'centroid-mmr-1';
  readonly parameters = {};
  readonly concurrency = 1;
  readonly note =
    'Key sentences and terms extracted offline, word for word; no language model was used. Set ANTHROPIC_API_KEY for a written report.';

  write(request: WriteRequest, signal: AbortSignal): Promise<WriteResult> {
    signal.throwIfAborted();
    const wording = WORDINGS[request.language === 'ru' ? 'ru' : 'en'];
    const sentences = toSentences(request.transcript);
    const paragraphs = [wording.method, ...this.body(request.part, sentences, wording)];
    if (request.gaps.length > 0) paragraphs.push(wording.gaps(request.gaps.length));
    return Promise.resolve({
      text: paragraphs.join('\n\n'),
      usage: {},
      costUsd: 0,
      model: this.model,
      requestId: undefined,
    });
  }

  private body(part: string, sentences: readonly Sentence[], wording: Wording): string[] {
    if (part === 'follow-ups') {
      const found = sentences.filter(({ text }) => FOLLOW_UP.test(text)).slice(0, 20);
      return found.length > 0 ? [wording.followUps, quotes(found)] : [wording.noFollowUps];
    }
    if (part === 'key-points') {
      const terms = keyTerms(sentences, 10);
      const line = terms.length > 0 ? [`**${wording.terms}:** ${terms.join(', ')}.`] : [];
      return [...line, `**${wording.quotes}:**`, quotes(central(sentences, 8))];
    }
    return [quotes(central(sentences, 4))];
  }
}

/** Of a conversation too short to choose from, everything. */
function central(sentences: readonly Sentence[], count: number): readonly Sentence[] {
  const chosen = keySentences(sentences, count);
  return chosen.length > 0 ? chosen : sentences.slice(0, count);
}

function quotes(sentences: readonly Sentence[]): string {
  return sentences
    .map(({ start, text, speaker }) => `- [${clock(start)}] ${speaker ? `${speaker}: ` : ''}“${text}”`)
    .join('\n');
}
