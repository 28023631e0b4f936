import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Transform } from 'node:stream';

export interface Measured {
  sizeBytes: number;
  /** Lower-case hex. */
  sha256: string;
}

/** Size and hash of bytes that go by. */
export class Measure {
  private readonly hash = createHash('sha256');
  private sizeBytes = 0;

  add(bytes: Buffer): void {
    this.hash.update(bytes);
    this.sizeBytes += bytes.length;
  }

  /** Hands on what it measures. */
  through(): Transform {
    return new Transform({
      transform: (bytes: Buffer, _encoding, done) => {
        this.add(bytes);
        done(null, bytes);
      },
    });
  }

  /** To be asked once, at the end. */
  result(): Measured {
    return { sizeBytes: this.sizeBytes, sha256: this.hash.digest('hex') };
  }
}

export async function measureFile(file: string): Promise<Measured> {
  const measure = new Measure();
  for await (const bytes of createReadStream(file)) measure.add(bytes as Buffer);
  return measure.result();
}
