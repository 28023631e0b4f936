import { isAbsolute } from 'node:path';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { ProviderFailure, ProviderFailureCode } from '../../provider-failure';
import { ChatFiles } from '../chat-files';

export interface TelegramFilesOptions {
  /** Secret: it is part of every address, and so of none that is logged. */
  token: string;
  /** Address of the Bot API, without the token. */
  apiRoot: string;
  maxBytes: number;
}

const answerSchema = z.union([
  z.object({ ok: z.literal(true), result: z.object({ file_path: z.string().min(1) }) }),
  z.object({
    ok: z.literal(false),
    error_code: z.number(),
    parameters: z.object({ retry_after: z.number().optional() }).optional(),
  }),
]);

/** What Telegram keeps, by getFile: a download, or, of a server on this machine, a file of its own. */
export class TelegramFiles implements ChatFiles {
  readonly provider = 'telegram';
  readonly concurrency = 4;
  readonly maxBytes: number;

  constructor(private readonly options: TelegramFilesOptions) {
    this.maxBytes = options.maxBytes;
  }

  async open(fileId: string, signal: AbortSignal): Promise<Readable> {
    const path = await this.pathOf(fileId, signal);
    if (isAbsolute(path)) return this.openLocal(path, signal);
    const { apiRoot, token } = this.options;
    const response = await this.fetch(`${apiRoot}/file/bot${token}/${path}`, { signal });
    if (!response.ok || !response.body) throw this.failure(codeOf(response.status), 'the file is not sent');
    const { body } = response;
    return Readable.from(
      this.pieces(() => body, signal),
      { objectMode: false },
    );
  }

  private async pathOf(fileId: string, signal: AbortSignal): Promise<string> {
    const { apiRoot, token } = this.options;
    const response = await this.fetch(`${apiRoot}/bot${token}/getFile`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ file_id: fileId }),
      signal,
    });
    const body: unknown = await response.json().catch(() => undefined);
    const { data: answer } = answerSchema.safeParse(body);
    if (!answer) throw this.failure(response.ok ? 'invalid_response' : codeOf(response.status), 'getFile');
    if (answer.ok) return answer.result.file_path;
    const seconds = answer.parameters?.retry_after;
    throw this.failure(
      codeOf(answer.error_code),
      'getFile',
      seconds === undefined ? undefined : seconds * 1_000,
    );
  }

  private async openLocal(path: string, signal: AbortSignal): Promise<Readable> {
    await stat(path).catch((cause: unknown) => {
      throw new ProviderFailure('unavailable', 'Telegram: the file of the local server cannot be read', {
        ...{ provider: this.provider, cause },
      });
    });
    return Readable.from(
      this.pieces(() => createReadStream(path), signal),
      { objectMode: false },
    );
  }

  /** Read only when asked for: what breaks off before anybody listens would otherwise bring the process down. */
  private async *pieces(
    open: () => AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    try {
      yield* open();
    } catch (error) {
      if (signal.aborted) throw error;
      throw this.failure('unavailable', 'the file broke off');
    }
  }

  /** The cause of a failure names the address, and so the token: it goes nowhere. */
  private async fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, init);
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw this.failure('unavailable', 'no connection');
    }
  }

  private failure(code: ProviderFailureCode, what: string, retryAfterMs?: number): ProviderFailure {
    return new ProviderFailure(code, `Telegram: ${what}: ${code}`, {
      ...{ provider: this.provider, retryAfterMs },
    });
  }
}

function codeOf(status: number): ProviderFailureCode {
  if (status === 429) return 'rate_limited';
  if (status === 401) return 'unauthorised';
  if (status === 404) return 'rejected';
  return status >= 400 && status < 500 ? 'rejected' : 'unavailable';
}
