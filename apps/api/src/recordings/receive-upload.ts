import { originalKey, ObjectStorage, StoredObject } from '@voxpersona/pipeline';
import busboy, { Busboy } from 'busboy';
import { Request } from 'express';
import { Readable } from 'node:stream';
import { Problem } from '../http/problem';
import { checkedFileName } from './file-name';

export interface ReceivedUpload {
  stored: StoredObject;
  fileName: string;
  /** Form fields besides the file. */
  fields: Map<string, string>;
}

/** An upload whose client waits for its answer. */
export interface WaitingUpload extends ReceivedUpload {
  /** Aborts when its client goes away. */
  clientGone: AbortSignal;
}

export const UPLOAD_FIELDS: readonly string[] = ['scenario', 'language', 'channels', 'details', 'reports'];
const MAX_FIELD_BYTES = 64 * 1024;
/** Boundaries, headers and fields around the file. */
export const MULTIPART_OVERHEAD_BYTES = 1024 * 1024;

/**
 * Streams the file of a multipart request into the object store and gathers the fields. Nothing is held in memory, and
 * on any error nothing is kept.
 *
 * @param fields names of form fields besides the file; others are refused
 * @throws Problem
 */
export async function receiveUpload(
  request: Request,
  storage: ObjectStorage,
  recordingId: string,
  maxBytes: number,
  fields: readonly string[],
): Promise<ReceivedUpload> {
  if (Number(request.get('content-length') ?? 0) > maxBytes + MULTIPART_OVERHEAD_BYTES)
    throw tooLarge(maxBytes);
  const form = new UploadForm(storage, originalKey(recordingId), maxBytes, fields);
  const parser = openParser(request, maxBytes);
  try {
    return await form.read(request, parser);
  } catch (error) {
    request.unpipe(parser);
    parser.destroy();
    // Read on, or the client would wait with the rest for ever; the answer comes meanwhile.
    request.resume();
    await form.discard();
    throw error;
  }
}

function openParser(request: Request, maxBytes: number): Busboy {
  try {
    return busboy({
      headers: request.headers,
      // A path in the name is to be seen and refused, not silently cut.
      preservePath: true,
      defParamCharset: 'utf8',
      limits: { fileSize: maxBytes + 1, fieldSize: MAX_FIELD_BYTES, fields: 20, files: 2, headerPairs: 50 },
    });
  } catch {
    throw new Problem(
      'not-multipart',
      'Send the audio as multipart/form-data with a file in the field "file".',
    );
  }
}

/** One request's form while it is being read. */
class UploadForm {
  private readonly fields = new Map<string, string>();
  private readonly stop = new AbortController();
  private fileName: string | undefined;
  private storing: Promise<StoredObject> | undefined;

  constructor(
    private readonly storage: ObjectStorage,
    private readonly key: string,
    private readonly maxBytes: number,
    private readonly allowed: readonly string[],
  ) {}

  async read(request: Request, parser: Busboy): Promise<ReceivedUpload> {
    await this.parse(request, parser);
    if (!this.storing || this.fileName === undefined) {
      throw new Problem('invalid-request', 'There is no file. Send the audio in the field "file".');
    }
    const stored = await this.storing;
    if (stored.sizeBytes === 0) throw new Problem('empty-file', 'The file holds no bytes. Send it again.');
    return { stored, fileName: this.fileName, fields: this.fields };
  }

  /** Deletes what was stored, also when it is just being stored. */
  async discard(): Promise<void> {
    this.stop.abort();
    await this.storing?.catch(() => undefined);
    await this.storage.delete(this.key);
  }

  private parse(request: Request, parser: Busboy): Promise<void> {
    return new Promise((resolve, reject) => {
      const guarded =
        <Args extends unknown[]>(handle: (...args: Args) => void) =>
        (...args: Args): void => {
          try {
            handle(...args);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        };
      parser.on(
        'file',
        guarded((name: string, content: Readable, info: { filename?: string }) => {
          content.on('error', () => undefined);
          content.on('limit', () => reject(tooLarge(this.maxBytes)));
          this.storeFile(name, content, info.filename, reject);
        }),
      );
      parser.on(
        'field',
        guarded((name: string, value: string, info: { valueTruncated: boolean }) => {
          this.addField(name, value, info.valueTruncated);
        }),
      );
      parser.on('filesLimit', () => reject(new Problem('invalid-request', 'Send one file per request.')));
      parser.on('fieldsLimit', () => reject(new Problem('invalid-request', 'There are too many fields.')));
      parser.on('error', () =>
        reject(new Problem('invalid-request', 'The multipart body is broken or cut off.')),
      );
      parser.on('close', resolve);
      request.on('aborted', () => reject(new Problem('invalid-request', 'The upload was broken off.')));
      request.pipe(parser);
    });
  }

  private storeFile(
    name: string,
    content: Readable,
    fileName: string | undefined,
    reject: (error: Error) => void,
  ): void {
    if (name !== 'file')
      throw new Problem('invalid-request', `Send the audio in the field "file", not "${name}".`);
    if (this.storing) throw new Problem('invalid-request', 'Send one file per request.');
    this.fileName = checkedFileName(fileName);
    this.storing = this.storage.put(this.key, content, this.stop.signal);
    // A full disk must end the request now, not when the client has sent everything.
    this.storing.catch(reject);
  }

  private addField(name: string, value: string, truncated: boolean): void {
    if (!this.allowed.includes(name)) {
      throw new Problem(
        'invalid-request',
        `There is no field "${name}". Fields are: ${['file', ...this.allowed].join(', ')}.`,
      );
    }
    if (truncated)
      throw new Problem('invalid-request', `The field "${name}" is longer than ${MAX_FIELD_BYTES} bytes.`);
    if (this.fields.has(name)) throw new Problem('invalid-request', `The field "${name}" is there twice.`);
    this.fields.set(name, value);
  }
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(
    'too-large',
    `The file is larger than ${maxBytes} bytes. Send it in parts, or compressed.`,
  );
}
