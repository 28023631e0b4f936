import { ConfiguredModel, configuredModels } from '@voxpersona/composition';
import {
  inspectModel,
  installModel,
  megabytes,
  ModelOnDisk,
  originOf,
  removeModel,
} from '@voxpersona/pipeline';
import { loadEnvironment } from '@voxpersona/platform';
import { Command } from 'commander';

/** A model that was named does not exist, or cannot be removed. */
export class ModelRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ModelRefused';
  }
}

/** `vox models …`; needs no database and no running server. */
export function modelsCommands(): Command {
  const models = new Command('models').description('Models that run on this machine');
  models
    .command('list')
    .description('Every model with its purpose, source, licence and size, and whether it is on this machine.')
    .option('--json', 'one JSON document')
    .action(list);
  models
    .command('get [names...]')
    .description('Fetch and check models; without a name, all that this configuration uses.')
    .action(get);
  models.command('remove <name>').description('Delete a model from this machine.').action(remove);
  return models;
}

function known(): ConfiguredModel[] {
  return configuredModels(loadEnvironment(process.env));
}

function find(models: readonly ConfiguredModel[], name: string): ConfiguredModel {
  const found = models.find((model) => model.name === name);
  if (found) return found;
  const names = models.map((model) => model.name).join(', ');
  throw new ModelRefused(`There is no model ${name}. Known are: ${names}.`);
}

async function list({ json = false }: { json?: boolean }): Promise<void> {
  const models = await Promise.all(
    known().map(async (model) => ({ model, onDisk: await inspectModel(model.source, model.kind) })),
  );
  if (json) {
    console.log(JSON.stringify(models.map(describe), null, 2));
    return;
  }
  for (const one of models) {
    const { name, purpose, licence, source, state, used, bytes, folder, downloadBytes } = describe(one);
    const size =
      bytes > 0 ? megabytes(bytes) : downloadBytes === null ? 'size unknown' : megabytes(downloadBytes);
    console.log(`${name}  ${state}${used ? ', used' : ''}, ${size}, ${licence}`);
    if (purpose !== null) console.log(`    ${purpose}`);
    console.log(`    ${source} → ${folder}`);
  }
}

function describe({ model, onDisk }: { model: ConfiguredModel; onDisk: ModelOnDisk }) {
  return {
    name: model.name,
    purpose: model.known?.purpose ?? null,
    licence: model.known?.licence ?? 'licence unknown',
    source: sourceOf(model),
    used: model.isUsed,
    downloadBytes: model.known?.downloadBytes ?? null,
    state: onDisk.state,
    bytes: onDisk.bytes,
    folder: onDisk.folder,
  };
}

function sourceOf({ source }: ConfiguredModel): string {
  const origin = originOf(source);
  switch (origin.type) {
    case 'hub':
      return `hub ${origin.repository}@${source.revision}`;
    case 'npm':
      return `npm ${origin.package}@${origin.version}`;
    case 'folder':
      return `folder ${origin.path}`;
  }
}

/** Goes on to the next when one cannot be had, and fails at the end. */
async function get(names: readonly string[]): Promise<void> {
  const models = known();
  const wanted =
    names.length > 0 ? names.map((name) => find(models, name)) : models.filter(({ isUsed }) => isUsed);
  const failures: string[] = [];
  for (const { name, source, kind } of wanted) {
    try {
      const before = await inspectModel(source, kind);
      const folder = await installModel({ ...source, allowDownload: true }, kind, (line) =>
        console.error(line),
      );
      console.log(`${name}: ${before.state === 'installed' ? 'already in' : 'fetched to'} ${folder}`);
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  if (failures.length > 0) throw new ModelRefused(failures.join('\n'));
}

async function remove(name: string): Promise<void> {
  const { source } = find(known(), name);
  const removed = await removeModel(source).catch((error: unknown) => {
    throw new ModelRefused(`${name} cannot be removed: ${(error as Error).message}`);
  });
  console.log(removed ? `${name} is removed.` : `${name} is not on this machine.`);
}
