import busboy from 'busboy';
import { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { badRequest, tooLarge } from './refusal';
import { Wire } from './types';

export interface UploadedFile {
  readonly fileName: string;
  readonly bytes: Buffer;
}

export interface RequestBody {
  readonly parameters: Wire;
  /** By the name of their part. */
  readonly files: ReadonlyMap<string, UploadedFile>;
}

const NO_FILES: ReadonlyMap<string, UploadedFile> = new Map();

/**
 * The parameters of a request, from its address and its body: JSON, urlencoded or multipart.
 *
 * @param mostBytes of one file
 * @throws Refusal 400 for what cannot be read, 413 for a file beyond `mostBytes`
 */
export async function readRequest(
  request: IncomingMessage,
  search: URLSearchParams,
  mostBytes: number,
): Promise<RequestBody> {
  const body = await readBody(request, request.headers['content-type'] ?? '', mostBytes);
  return { parameters: { ...Object.fromEntries(search), ...body.parameters }, files: body.files };
}

/** Reads a body of a known type; an unknown type is no parameters, as on Telegram. */
export async function readBody(
  stream: Readable,
  contentType: string,
  mostBytes: number,
): Promise<RequestBody> {
  if (/^multipart\/form-data/i.test(contentType)) return readMultipart(stream, contentType, mostBytes);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (/^application\/json/i.test(contentType)) return { parameters: readJson(text), files: NO_FILES };
  if (/^application\/x-www-form-urlencoded/i.test(contentType))
    return { parameters: Object.fromEntries(new URLSearchParams(text)), files: NO_FILES };
  return { parameters: {}, files: NO_FILES };
}

function readJson(text: string): Wire {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Wire;
  } catch {
    // Said below: text that is no JSON and JSON that is no object are the same to the caller.
  }
  throw badRequest("can't parse JSON object");
}

function readMultipart(stream: Readable, contentType: string, mostBytes: number): Promise<RequestBody> {
  const parameters: Wire = {};
  const files = new Map<string, UploadedFile>();
  let isTooLarge = false;
  return new Promise((resolve, reject) => {
    const parser = busboy({
      headers: { 'content-type': contentType },
      defParamCharset: 'utf8',
      limits: { fileSize: mostBytes, fieldSize: 16 * 1_024 * 1_024 },
    });
    parser.on('field', (name, value) => {
      parameters[name] = value;
    });
    parser.on('file', (name, part, { filename }) => {
      const chunks: Buffer[] = [];
      part.on('data', (chunk: Buffer) => {
        if (!isTooLarge) chunks.push(chunk);
      });
      // The rest is still read, so that the client hears the answer and no broken connection.
      part.on('limit', () => {
        isTooLarge = true;
        chunks.length = 0;
      });
      part.on('end', () => files.set(name, { fileName: filename ?? name, bytes: Buffer.concat(chunks) }));
    });
    parser.on('error', () => reject(badRequest("can't parse multipart form data")));
    parser.on('close', () => {
      if (isTooLarge) reject(tooLarge());
      else resolve({ parameters, files });
    });
    stream.on('error', reject);
    stream.pipe(parser);
  });
}
