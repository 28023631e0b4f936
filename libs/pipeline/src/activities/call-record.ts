import { CallRecord } from '@voxpersona/domain';
import { StoredResult } from '../results/result-store';

interface Model {
  provider: string;
  model: string;
  parameters: Readonly<Record<string, string | number | boolean>>;
}

interface Result {
  usage: { audioSeconds?: number; inputTokens?: number; outputTokens?: number };
  costUsd?: number | null | undefined;
  requestId?: string | null | undefined;
  /** The model as it named itself, where it does. */
  model?: string;
}

/** What an event keeps of a call to a model. */
export function callRecordOf(model: Model, { key, value, durationMs }: StoredResult<Result>): CallRecord {
  return {
    model: {
      provider: model.provider,
      model: value.model ?? model.model,
      parameters: { ...model.parameters },
    },
    resultKey: key,
    usage: {
      audioSeconds: value.usage.audioSeconds ?? null,
      inputTokens: value.usage.inputTokens ?? null,
      outputTokens: value.usage.outputTokens ?? null,
    },
    costUsd: value.costUsd ?? null,
    durationMs,
    requestId: value.requestId ?? null,
  };
}
