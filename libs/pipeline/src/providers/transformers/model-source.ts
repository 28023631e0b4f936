import { join, resolve } from 'node:path';

/** Which model is wanted, and where it may come from. */
export interface ModelSource {
  /** Name on the hub, such as `Xenova/all-MiniLM-L6-v2`. */
  model: string;
  /** Branch, tag or commit on the hub; usually `main`. */
  revision: string;
  /** True for the weights in eight bits: a quarter of the size, a little less exact. */
  quantized: boolean;
  /** Folder of all models. The model's files are in `<modelsFolder>/<model>/`, and downloads go there too. */
  modelsFolder: string;
  /** Where models are downloaded from; undefined for https://huggingface.co. */
  hubUrl: string | undefined;
  allowDownload: boolean;
  /** Milliseconds without a byte after which a download counts as failed; 5,000 unless told. */
  stallMs?: number | undefined;
}

/** Told of downloads, one plain line at a time. */
export type OnProgress = (text: string) => void;

export const HUB = 'https://huggingface.co';
export const STALL_MS = 5_000;

/** Folder of one model. Revisions other than `main` have folders of their own, so that files of two never mix. */
export function folderOf(source: ModelSource): string {
  const { model, revision } = source;
  const name = revision === 'main' ? model : `${model}@${revision.replaceAll('/', '--')}`;
  return resolve(join(source.modelsFolder, name));
}

/** The name under which results are stored: another revision, precision or content is another model. */
export function storedName(source: ModelSource, fingerprint: string): string {
  return `${source.model}@${source.revision}${source.quantized ? '+q8' : ''}#${fingerprint}`;
}
