import { randomUUID } from 'node:crypto';
import { ClientRequest, IncomingMessage, request } from 'node:http';

/** An upload that sends the second half of its file when it is told to. */
export class HalvedUpload {
  private readonly call: ClientRequest;
  private readonly answer: Promise<{ status: number; headers: IncomingMessage['headers']; body: unknown }>;
  private readonly rest: Buffer;

  /** Sends the first half. */
  constructor(url: string, key: string, file: Buffer) {
    const boundary = randomUUID();
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="halved.mp3"\r\n\r\n`;
    const form = Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
    const half = Math.floor(form.length / 2);
    this.call = request(`${url}/v1/recordings`, {
      method: 'POST',
      agent: false,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'content-length': form.length,
      },
    });
    this.answer = new Promise((resolve, reject) => {
      this.call.on('error', reject).on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: JSON.parse(text) as unknown,
          });
        });
      });
    });
    this.answer.catch(() => undefined);
    this.call.write(form.subarray(0, half));
    this.rest = form.subarray(half);
  }

  /** Sends the second half, and gives the answer. */
  finish(): typeof this.answer {
    this.call.end(this.rest);
    return this.answer;
  }
}
