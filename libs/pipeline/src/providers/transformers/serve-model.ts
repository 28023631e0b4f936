import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { ProviderFailure } from '../provider-failure';
import { FromWorker, ToWorker, WorkerStart } from './worker-messages';

/** Lets messages in; rejects when nobody waits for the answer any more. Long work calls it between its steps. */
export type GoOn = () => Promise<void>;

/** A model that is loaded. */
export interface LoadedModel<Request, Answer, Facts> {
  /** What the other side has to know of it. */
  facts: Facts;
  /** Does one request. */
  answer(request: Request, goOn: GoOn): Promise<Answer>;
}

/**
 * The worker's side: loads a model, says that it is ready, and answers one request after the other.
 *
 * Workers start from compiled files, outside the resolution that the rest of the code enjoys: what is imported here is
 * imported by relative path.
 */
export function serveModel<Request, Answer, Facts>(
  load: (start: WorkerStart) => Promise<LoadedModel<Request, Answer, Facts>>,
): void {
  // The process that started this one has ended.
  process.on('disconnect', () => process.exit());
  // Ctrl-C in a terminal and the end of a service reach both; the other side decides when to stop.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
  const say = (message: FromWorker<Answer, Facts>): void => {
    if (process.connected) process.send?.(message);
  };
  const waitedFor = new Set<number>();
  let model: LoadedModel<Request, Answer, Facts> | undefined;
  let turn = Promise.resolve();
  process.on('message', (message: ToWorker<Request>) => {
    if (message.kind === 'forget') {
      waitedFor.delete(message.id);
      return;
    }
    if (message.kind === 'request') waitedFor.add(message.id);
    turn = turn.then(async () => {
      if (message.kind === 'start') {
        try {
          model = await load(message);
          const fingerprint = await fingerprintOf(message.folder, message.identifiedBy);
          say({ kind: 'ready', fingerprint, facts: model.facts });
        } catch (error) {
          say({ kind: 'unusable', message: messageOf(error) });
        }
      } else if (model) {
        const { id, request } = message;
        say(await answerOne(model, id, request, waitedFor));
        waitedFor.delete(id);
      }
    });
  });
}

async function answerOne<Request, Answer, Facts>(
  model: LoadedModel<Request, Answer, Facts>,
  id: number,
  request: Request,
  waitedFor: ReadonlySet<number>,
): Promise<FromWorker<Answer, Facts>> {
  const goOn: GoOn = async () => {
    await turnOfTheLoop();
    if (!waitedFor.has(id)) throw new Error('The request was given up.');
  };
  try {
    await goOn();
    return { kind: 'answer', id, answer: await model.answer(request, goOn) };
  } catch (error) {
    const code = error instanceof ProviderFailure ? error.code : 'unavailable';
    return { kind: 'failure', id, code, message: messageOf(error) };
  }
}

/** First 12 hex digits of SHA-256 over the files' names and contents. */
async function fingerprintOf(folder: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${file}\0`);
    for await (const bytes of createReadStream(join(folder, file))) hash.update(bytes as Buffer);
  }
  return hash.digest('hex').slice(0, 12);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
