import { KeyRunner } from '../keys';
import { AnthropicLanguageModel } from './anthropic/anthropic-language-model';
import { ExtractiveLanguageModel } from './extractive/extractive-language-model';
import { LanguageModel } from './language-model';

export interface LanguageModelChoice {
  /** `auto` takes the first that can work. */
  provider: 'auto' | 'anthropic' | 'extractive';
  anthropic: {
    /** Undefined when no key is configured. */
    keys: KeyRunner | undefined;
    baseUrl: string | undefined;
    model: string | undefined;
    concurrency: number;
    timeoutMs: number;
    /** Tokens that the model can take and give in one call; undefined: the adapter's default. */
    contextTokens?: number | undefined;
  };
}

/** Picks what writes reports and says why; the extractive method can always work. */
export function chooseLanguageModel(choice: LanguageModelChoice): { model: LanguageModel; reason: string } {
  const { keys, ...anthropic } = choice.anthropic;
  if (choice.provider !== 'extractive' && keys !== undefined) {
    const model = new AnthropicLanguageModel({ ...anthropic, keys });
    return {
      model,
      reason: choice.provider === 'auto' ? 'ANTHROPIC_API_KEY is set' : 'LANGUAGE_MODEL=anthropic',
    };
  }
  const reason =
    choice.provider === 'extractive' ? 'LANGUAGE_MODEL=extractive' : 'ANTHROPIC_API_KEY is not set';
  return { model: new ExtractiveLanguageModel(), reason };
}
