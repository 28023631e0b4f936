export * from './language-model';
export * from './choose';
export { AnthropicLanguageModel, DEFAULT_ANTHROPIC_MODEL } from './anthropic/anthropic-language-model';
export { ExtractiveLanguageModel } from './extractive/extractive-language-model';
