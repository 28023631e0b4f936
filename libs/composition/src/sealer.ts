import { Logger } from '@nestjs/common';
import { SEALER_DEFAULTS, Sealer, SealFile } from '@voxpersona/pipeline';
import { join } from 'node:path';
import { Foundation } from './foundation';

/** The file beside the data that seals are written to. */
export function sealFileOf({ database }: Foundation): SealFile {
  return new SealFile(join(database.dataFolder, 'seals.jsonl'));
}

/** Who seals the log of this installation. */
export function sealerOf(foundation: Foundation): Sealer {
  const { store, reader, actors, pool, sealSigner } = foundation;
  const options = { ...SEALER_DEFAULTS, reader, log: new Logger('Sealer') };
  return new Sealer(store, actors, pool, sealSigner, sealFileOf(foundation), options);
}
