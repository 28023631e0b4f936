import { createHash } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { FakeProvider, FakeWork } from '../fake-provider';

const bodySchema = z.object({
  model: z.string(),
  max_tokens: z.number().int().positive(),
  system: z.string().optional(),
  messages: z.array(z.object({ role: z.enum(['user', 'assistant']), content: z.string() })).min(1),
});

/** Wire-level stand-in for POST /v1/messages. Writes a text that quotes the transcript it was given. */
export class FakeAnthropic extends FakeProvider {
  /** What is answered to a prompt; may be replaced. */
  write: (prompt: string) => string = (prompt) => {
    const lines = prompt.split('\n').filter((line) => /^\[\d/.test(line));
    return `Fake report. It was said: ${lines.slice(0, 3).join(' ')}`;
  };
  stopReason = 'end_turn';

  protected async receive(request: IncomingMessage): Promise<FakeWork> {
    if (request.url !== '/v1/messages') throw new Error(`The fake does not know ${request.url ?? ''}`);
    // The SDK sends the key as a bearer token since version 1, in a header of its own before.
    if (!request.headers.authorization && !request.headers['x-api-key']) throw new Error('There is no key');
    if (!request.headers['anthropic-version']) throw new Error('anthropic-version is required');
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const body = bodySchema.parse(JSON.parse(Buffer.concat(pieces).toString('utf8')));
    const prompt = body.messages.map((message) => message.content).join('\n');
    const about = createHash('sha256').update(prompt).digest('hex');
    return { about, answer: () => this.answer(body.model, prompt) };
  }

  private answer(model: string, prompt: string): unknown {
    return {
      id: 'msg_fake',
      type: 'message',
      role: 'assistant',
      model,
      content: [{ type: 'text', text: this.write(prompt) }],
      stop_reason: this.stopReason,
      stop_sequence: null,
      usage: { input_tokens: Math.ceil(prompt.length / 4), output_tokens: 50 },
    };
  }
}
