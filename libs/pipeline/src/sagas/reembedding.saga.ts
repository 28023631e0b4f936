import { embedderName } from '@voxpersona/domain';
import { run, Saga } from './saga';

/** One checkpoint per embedder: whoever comes back to an embedder goes on where it was left. */
export function reembeddingSagaName(embedder: string): string {
  return `reembedding-saga ${embedder}`;
}

/**
 * Has all passages that another embedder embedded embedded by this one as well. Reads the log from its start the first
 * time an embedder is chosen; with only one embedder ever, it finds nothing to do.
 *
 * @param embedder name of the embedder that works now
 */
export function reembeddingSaga(embedder: string): Saga {
  return {
    name: reembeddingSagaName(embedder),
    filter: { types: ['PassagesEmbedded'] },
    react: (event) => {
      if (event.type !== 'PassagesEmbedded' || embedderName(event.data.embedder) === embedder) return [];
      const { recordingId, source } = event.data;
      return [run({ type: 'ReembedPassages', recordingId, source, embedder })];
    },
  };
}
