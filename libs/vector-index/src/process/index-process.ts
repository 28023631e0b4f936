/**
 * Entry of the child process that holds a vector index. It knows nothing of the server but its messages, and ends with
 * it. A separate process, because FAISS computes synchronously and ends its process on some errors.
 */
import { loadFaiss } from '../faiss/faiss-node';
import { InvalidVector } from '../vector-index';
import { IndexHost } from './index-host';
import { Answer, Request } from './messages';

const host = new IndexHost(loadFaiss());

process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group: the server decides when this process ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

process.on('message', (request: Request) => {
  host.handle(request.name, request.body).then(
    (body) => answer({ id: request.id, kind: 'done', body }),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      const name = error instanceof InvalidVector ? 'InvalidVector' : 'Error';
      answer({ id: request.id, kind: 'failed', error: name, message });
    },
  );
});

function answer(message: Answer): void {
  if (process.connected) process.send?.(message);
}
