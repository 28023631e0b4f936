import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { onPath, errorCode } from '@voxpersona/platform';
import { ProviderFailure } from '../../provider-failure';
import {
  ChunkEncoding,
  ChunkPreference,
  SpeechToText,
  TranscriptionRequest,
  TranscriptionResult,
} from '../speech-to-text';
import { readWords, toSegments } from './words';

const PROGRAM = 'pocketsphinx_continuous';
const PROVIDER = 'pocketsphinx';
const execute = promisify(execFile);

/**
 * Speech-to-text by Debian's pocketsphinx with its general English model. Needs neither key nor network, and is far
 * from what a present-day model understands.
 */
export class PocketsphinxSpeechToText implements SpeechToText {
  readonly provider = PROVIDER;
  readonly model = 'en-us';
  readonly parameters = { languageModelWeight: 6.5 };
  readonly concurrency = Math.max(1, availableParallelism());
  /** English is all it knows. */
  readonly detectsLanguage = false;
  readonly chunks: ChunkPreference;
  readonly encoding: ChunkEncoding = { extension: 'wav', sampleRate: 16_000 };
  readonly note =
    'Transcribed offline by pocketsphinx, English only: expect many wrong words with accents, noise or names. ' +
    'It stands in for a real recogniser; set OPENAI_API_KEY for one.';

  constructor(chunks: Partial<ChunkPreference> = {}) {
    // Short chunks: each keeps one processor busy, so several are done side by side.
    this.chunks = { targetSeconds: 25, maxSeconds: 40, ...chunks };
  }

  /** True when the program is on this machine. */
  static isInstalled(): boolean {
    return onPath(PROGRAM) !== undefined;
  }

  async transcribe(request: TranscriptionRequest, signal: AbortSignal): Promise<TranscriptionResult> {
    if (request.language !== undefined && request.language !== 'en') {
      throw new ProviderFailure('rejected', `pocketsphinx knows English only, not ${request.language}`, {
        provider: PROVIDER,
      });
    }
    const output = await this.recognise(request.file, signal);
    return {
      language: 'en',
      segments: toSegments(readWords(output), request.durationSeconds),
      usage: { audioSeconds: request.durationSeconds },
      costUsd: 0,
      requestId: undefined,
    };
  }

  private async recognise(file: string, signal: AbortSignal): Promise<string> {
    const words = ['-infile', file, '-time', 'yes', '-lw', String(this.parameters.languageModelWeight)];
    try {
      const { stdout } = await execute(PROGRAM, [...words, '-logfn', '/dev/null'], {
        signal,
        maxBuffer: 64 * 1024 * 1024,
      });
      return stdout;
    } catch (error) {
      if (signal.aborted) throw error;
      const missing = errorCode(error) === 'ENOENT';
      throw missing
        ? new ProviderFailure('not_installed', `${PROGRAM} is not installed`, {
            provider: PROVIDER,
            cause: error,
          })
        : new ProviderFailure('unavailable', `${PROGRAM} failed`, { provider: PROVIDER, cause: error });
    }
  }
}
