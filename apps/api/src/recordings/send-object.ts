import { ObjectStorage } from '@voxpersona/pipeline';
import { create as contentDisposition } from 'content-disposition';
import { Request, Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Problem } from '../http/problem';
import { chooseRange } from './byte-range';

/** An object of a recording as clients get it. */
export interface SentObject {
  objectKey: string;
  sizeBytes: number;
  /** Lower-case hex. */
  sha256: string;
  contentType: string;
  fileName: string;
}

/** Answers GET and HEAD with a stored object: all of it, or the range that was asked for. @throws Problem 416 */
export async function sendObject(
  storage: ObjectStorage,
  { objectKey, sizeBytes, sha256, contentType, fileName }: SentObject,
  request: Request,
  response: Response,
): Promise<void> {
  const etag = `"${sha256}"`;
  response.set({
    ETag: etag,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'Content-Type': contentType,
    'Content-Disposition': contentDisposition(fileName, { type: 'inline' }),
  });
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  const range = chooseRange(request.get('range'), request.get('if-range'), { etag, sizeBytes });
  if (range === 'beyond') {
    throw new Problem('range-not-satisfiable', `The audio has ${sizeBytes} bytes.`, {
      'Content-Range': `bytes */${sizeBytes}`,
    });
  }
  if (range !== 'all') {
    response.status(206).set('Content-Range', `bytes ${range.start}-${range.end}/${sizeBytes}`);
  }
  const length = range === 'all' ? sizeBytes : range.end - range.start + 1;
  response.set('Content-Length', String(length));
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await send(await storage.get(objectKey, range === 'all' ? undefined : range), response);
}

/** A client that goes away in the middle is no error; nobody is left to be told of one either. */
export async function send(content: Readable, response: Response): Promise<void> {
  await pipeline(content, response).catch((error: unknown) => {
    if (!response.destroyed && !response.headersSent) throw error;
    response.destroy();
  });
}
