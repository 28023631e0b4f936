import { ProviderFailure } from '@voxpersona/pipeline';
import { Counter, Histogram, Registry } from 'prom-client';
import { MODEL_SECONDS } from './buckets';

/** Whose calls they are; names from the configuration, never from an answer. */
export interface ProviderLabels {
  kind: 'speech-to-text' | 'language-model' | 'embeddings';
  provider: string;
  model: string;
}

/** What a call used and cost, as its provider reports it. */
export interface ReportedUse {
  usage: { audioSeconds?: number; inputTokens?: number; outputTokens?: number };
  costUsd: number | undefined;
}

type Label = keyof ProviderLabels;
const LABELS: Label[] = ['kind', 'provider', 'model'];

/** Calls to models: how long they take, how they end, what they use and what they cost. */
export class ProviderCallMetrics {
  private readonly duration: Histogram<Label | 'outcome'>;
  private readonly tokens: Counter<Label | 'direction'>;
  private readonly audioSeconds: Counter<Label>;
  private readonly cost: Counter<Label>;
  private readonly unknownPrice: Counter<Label>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.duration = new Histogram({
      name: 'voxpersona_provider_call_duration_seconds',
      help: 'How long a call to a model took, by outcome: ok, a failure code, held_back (not sent), aborted, error.',
      labelNames: [...LABELS, 'outcome'],
      buckets: MODEL_SECONDS,
      registers,
    });
    this.tokens = new Counter({
      name: 'voxpersona_provider_tokens_total',
      help: 'Tokens as providers report them: in (kept prefixes included), and out.',
      labelNames: [...LABELS, 'direction'],
      registers,
    });
    this.audioSeconds = new Counter({
      name: 'voxpersona_provider_audio_seconds_total',
      help: 'Seconds of audio that recognisers worked on.',
      labelNames: LABELS,
      registers,
    });
    this.cost = new Counter({
      name: 'voxpersona_provider_cost_usd_total',
      help: 'US dollars that calls cost, where the price is known.',
      labelNames: LABELS,
      registers,
    });
    this.unknownPrice = new Counter({
      name: 'voxpersona_provider_calls_of_unknown_price_total',
      help: 'Calls that were answered and whose price is not known.',
      labelNames: LABELS,
      registers,
    });
  }

  /** Makes the call and measures it. @param useOf what the answer says of its use; undefined where it says nothing */
  async measure<T>(
    labels: ProviderLabels,
    signal: AbortSignal | undefined,
    call: () => Promise<T>,
    useOf: (answer: T) => ReportedUse | undefined,
  ): Promise<T> {
    const startedAt = performance.now();
    const observe = (outcome: string): void =>
      this.duration.observe({ ...labels, outcome }, (performance.now() - startedAt) / 1_000);
    let answer: T;
    try {
      answer = await call();
    } catch (error) {
      observe(outcomeOf(error, signal));
      throw error;
    }
    observe('ok');
    this.count(labels, useOf(answer));
    return answer;
  }

  private count(labels: ProviderLabels, use: ReportedUse | undefined): void {
    if (!use) return;
    const { audioSeconds, inputTokens, outputTokens } = use.usage;
    if (inputTokens !== undefined) this.tokens.inc({ ...labels, direction: 'in' }, inputTokens);
    if (outputTokens !== undefined) this.tokens.inc({ ...labels, direction: 'out' }, outputTokens);
    if (audioSeconds !== undefined) this.audioSeconds.inc({ ...labels }, audioSeconds);
    if (use.costUsd === undefined) this.unknownPrice.inc({ ...labels });
    else this.cost.inc({ ...labels }, use.costUsd);
  }
}

function outcomeOf(error: unknown, signal: AbortSignal | undefined): string {
  if (error instanceof ProviderFailure) return error.called ? error.code : 'held_back';
  return signal?.aborted ? 'aborted' : 'error';
}
