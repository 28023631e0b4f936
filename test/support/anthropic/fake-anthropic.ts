import { createHash } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { FakeProvider, FakeWork } from '../fake-provider';

const blockSchema = z.object({
  type: z.literal('text'),
  text: z.string(),
  cache_control: z.object({ type: z.literal('ephemeral') }).optional(),
});
const inputSchema = z.object({
  model: z.string(),
  system: z.string().optional(),
  messages: z
    .array(
      z.object({
        role: z.enum(['user', 'assistant']),
        content: z.union([z.string(), z.array(blockSchema).min(1)]),
      }),
    )
    .min(1),
});
const bodySchema = inputSchema.extend({ max_tokens: z.number().int().positive() });
type Input = z.infer<typeof inputSchema>;

/** Wire-level stand-in for POST /v1/messages. Writes a text that quotes the transcript it was given. */
export class FakeAnthropic extends FakeProvider {
  /** What is answered to a prompt; may be replaced. */
  write: (prompt: string) => string = (prompt) => {
    const lines = prompt.split('\n').filter((line) => /^\[\d/.test(line));
    return `Fake report. It was said: ${lines.slice(0, 3).join(' ')}`;
  };
  stopReason = 'end_turn';
  /** False: a compatible server that has no /v1/messages/count_tokens. */
  canCount = true;
  /** Shorter prefixes are not kept. */
  shortestKeptTokens = 1_024;
  private readonly kept = new Set<string>();

  protected async receive(request: IncomingMessage): Promise<FakeWork> {
    const isCount = request.url === '/v1/messages/count_tokens';
    if (!isCount && request.url !== '/v1/messages')
      throw new Error(`The fake does not know ${request.url ?? ''}`);
    // The SDK sends the key as a bearer token since version 1, in a header of its own before.
    if (!request.headers.authorization && !request.headers['x-api-key']) throw new Error('There is no key');
    if (!request.headers['anthropic-version']) throw new Error('anthropic-version is required');
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const json: unknown = JSON.parse(Buffer.concat(pieces).toString('utf8'));
    const input = isCount ? inputSchema.parse(json) : bodySchema.parse(json);
    const prompt = promptOf(input);
    const about = createHash('sha256').update(prompt).digest('hex');
    if (isCount) return this.count(about, prompt);
    const prefix = prefixToKeep(input);
    // Looked up when the call comes: of calls that come together none finds what another one leaves.
    const isKept = prefix !== undefined && this.kept.has(prefix);
    return { about, answer: () => this.answer(input.model, prompt, prefix, isKept) };
  }

  private count(about: string, prompt: string): FakeWork {
    if (this.canCount) return { about, isCount: true, answer: () => ({ input_tokens: tokensOf(prompt) }) };
    const error = { type: 'not_found_error', message: 'not found' };
    return { about, isCount: true, status: 404, answer: () => ({ type: 'error', error }) };
  }

  private answer(model: string, prompt: string, prefix: string | undefined, isKept: boolean): unknown {
    const prefixTokens = prefix === undefined ? 0 : tokensOf(prefix);
    const keptTokens = prefixTokens >= this.shortestKeptTokens ? prefixTokens : 0;
    if (prefix !== undefined && keptTokens > 0) this.kept.add(prefix);
    return {
      id: 'msg_fake',
      type: 'message',
      role: 'assistant',
      model,
      content: [{ type: 'text', text: this.write(prompt) }],
      stop_reason: this.stopReason,
      stop_sequence: null,
      usage: {
        input_tokens: tokensOf(prompt) - keptTokens,
        cache_creation_input_tokens: isKept ? 0 : keptTokens,
        cache_read_input_tokens: isKept ? keptTokens : 0,
        output_tokens: 50,
      },
    };
  }
}

function blocksOf({ messages }: Input): z.infer<typeof blockSchema>[] {
  return messages.flatMap(({ content }) =>
    typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content,
  );
}

function promptOf(input: Input): string {
  return blocksOf(input)
    .map((block) => block.text)
    .join('\n');
}

/** What stands before and in the last block that is marked to be kept; undefined when none is. */
function prefixToKeep(input: Input): string | undefined {
  const blocks = blocksOf(input);
  const last = blocks.findLastIndex((block) => block.cache_control !== undefined);
  if (last < 0) return undefined;
  return blocks
    .slice(0, last + 1)
    .map((block) => block.text)
    .join('\n');
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}
