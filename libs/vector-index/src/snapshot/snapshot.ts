import { join } from 'node:path';
import { z } from 'zod';
import { Candidates } from '../core/candidates';
import { LocalVectorIndex } from '../core/local-vector-index';
import { Entry } from '../core/vector-table';
import { deleteSealedFile, readSealedFile, SealedFileUnreadable, writeSealedFile } from './sealed-file';

/** What a snapshot must be of to be of use: the same log, the same embedder. */
export interface SnapshotOrigin {
  logId: string;
  /** The embedder's name. */
  embedder: string;
  dimension: number;
}

/** Snapshots of format 1 may lack vectors that were missing from the store, without saying so. */
const FORMAT = 2;

const manifestSchema = z.object({
  format: z.literal(FORMAT),
  logId: z.string(),
  embedder: z.string(),
  dimension: z.number().int().positive(),
  /** Position in the log, as digits, after which it has to be read again: the vectors stand there, or further on. */
  position: z.string().regex(/^\d+$/),
  count: z.number().int().min(0),
  engine: z.enum(['faiss-exact', 'faiss-hnsw']).nullable(),
});
type Manifest = z.infer<typeof manifestSchema>;

const entrySchema = z.tuple([
  z.string(),
  z.string(),
  z.enum(['transcript', 'report']),
  z.string(),
  z.string(),
]);

/** A snapshot is there but cannot be used; the index is then built from the stored vectors. */
export class SnapshotUnusable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'SnapshotUnusable';
  }
}

export function snapshotFile(folder: string): string {
  return join(folder, 'vectors.snapshot');
}

export async function deleteSnapshot(folder: string): Promise<void> {
  await deleteSealedFile(snapshotFile(folder));
}

/**
 * Keeps an index as it stands. The index must not change until this is done.
 *
 * @throws what the file system says; the snapshot before is then still there
 */
export async function saveSnapshot(
  folder: string,
  key: Buffer,
  origin: SnapshotOrigin,
  position: bigint,
  index: LocalVectorIndex,
): Promise<void> {
  await writeSealedFile(snapshotFile(folder), key, piecesOf(origin, position, index));
}

function* piecesOf(origin: SnapshotOrigin, position: bigint, index: LocalVectorIndex): Generator<Buffer> {
  const { table, engineToKeep: engine } = index;
  const slots = [...table.slots()];
  const manifest: Manifest = {
    format: FORMAT,
    logId: origin.logId,
    embedder: origin.embedder,
    dimension: origin.dimension,
    position: position.toString(),
    count: slots.length,
    engine: engine?.engine ?? null,
  };
  yield* block(Buffer.from(JSON.stringify(manifest), 'utf8'));
  const entries = slots.map((slot) => {
    const { id, recordingId, source, sourceId, owner } = table.entryAt(slot) as Entry;
    return [id, recordingId, source, sourceId, owner];
  });
  yield* block(Buffer.from(JSON.stringify(entries), 'utf8'));
  for (const slot of slots) {
    const { buffer, byteOffset, byteLength } = table.vectorAt(slot);
    yield Buffer.from(buffer, byteOffset, byteLength);
  }
  if (!engine) return;
  const { bytes, slots: slotOfLabel } = engine.serialise();
  yield* block(bytes);
  // Slots are numbered anew when the snapshot is read: in the order of the entries.
  const ordinals = new Map(slots.map((slot, ordinal) => [slot, ordinal]));
  const renumbered = Int32Array.from(slotOfLabel, (slot) => ordinals.get(slot) ?? -1);
  yield* block(Buffer.from(renumbered.buffer));
}

/** Length first, then the bytes. */
function* block(bytes: Buffer): Generator<Buffer> {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length), 0);
  yield length;
  yield bytes;
}

/**
 * Fills an empty index from the folder's snapshot.
 *
 * @returns the position it stands at; undefined when there is no snapshot
 * @throws SnapshotUnusable: corrupt, sealed under another key, or of another log, embedder or dimension
 */
export async function loadSnapshot(
  folder: string,
  key: Buffer,
  origin: SnapshotOrigin,
  index: LocalVectorIndex,
): Promise<bigint | undefined> {
  const reader = new BlockReader(readSealedFile(snapshotFile(folder), key));
  try {
    const head = JSON.parse((await reader.block()).toString('utf8')) as { format?: unknown };
    if (head.format !== FORMAT) throw new SnapshotUnusable('Another build wrote it');
    const manifest = manifestSchema.parse(head);
    assertSameOrigin(manifest, origin);
    const entries = z.array(entrySchema).parse(JSON.parse((await reader.block()).toString('utf8')));
    if (entries.length !== manifest.count) throw new SnapshotUnusable('Its count is wrong');
    for (const [id, recordingId, source, sourceId, owner] of entries) {
      const vector = toVector(await reader.take(manifest.dimension * 4));
      index.upsert([{ id, recordingId, source, sourceId, owner, vector }]);
    }
    await adoptEngine(manifest.engine, reader, index);
    return BigInt(manifest.position);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    if (error instanceof SnapshotUnusable) throw error;
    const reason = error instanceof SealedFileUnreadable ? error.message : 'Its content cannot be read';
    throw new SnapshotUnusable(reason, error);
  } finally {
    await reader.close();
  }
}

function assertSameOrigin(manifest: Manifest, origin: SnapshotOrigin): void {
  if (manifest.logId !== origin.logId) throw new SnapshotUnusable('It is of another event log');
  if (manifest.embedder !== origin.embedder || manifest.dimension !== origin.dimension) {
    throw new SnapshotUnusable(`It is of another embedder (${manifest.embedder})`);
  }
}

async function adoptEngine(
  engine: Candidates['engine'] | null,
  reader: BlockReader,
  index: LocalVectorIndex,
): Promise<void> {
  if (!engine) return;
  const bytes = await reader.block();
  const slots = await reader.block();
  index.adopt(
    engine,
    bytes,
    Int32Array.from({ length: slots.length / 4 }, (_, at) => slots.readInt32LE(at * 4)),
  );
}

function toVector(bytes: Buffer): Float32Array {
  const copy = new Uint8Array(bytes);
  return new Float32Array(copy.buffer, 0, copy.byteLength / 4);
}

/** Cuts a stream of pieces into the lengths that are asked for. */
class BlockReader {
  private pieces: Buffer[] = [];
  private buffered = 0;

  constructor(private readonly source: AsyncGenerator<Buffer>) {}

  async block(): Promise<Buffer> {
    const length = (await this.take(8)).readBigUInt64LE(0);
    return this.take(Number(length));
  }

  async take(length: number): Promise<Buffer> {
    while (this.buffered < length) {
      const next = await this.source.next();
      if (next.done) throw new SnapshotUnusable('It is cut off');
      this.pieces.push(next.value);
      this.buffered += next.value.length;
    }
    const all = this.pieces.length === 1 && this.pieces[0] ? this.pieces[0] : Buffer.concat(this.pieces);
    this.pieces = [all.subarray(length)];
    this.buffered = all.length - length;
    return all.subarray(0, length);
  }

  async close(): Promise<void> {
    await this.source.return(undefined);
  }
}
