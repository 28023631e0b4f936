import { endianness } from 'node:os';

const IS_LITTLE_ENDIAN = endianness() === 'LE';

/** Reads little-endian 16-bit samples from bytes that come in pieces of any length. */
export class PcmSamples {
  /** First byte of a sample whose second byte is still to come. */
  private leftOver: Buffer = Buffer.alloc(0);

  /** @returns the samples that are complete now */
  add(bytes: Buffer): Int16Array {
    const all = this.leftOver.length > 0 ? Buffer.concat([this.leftOver, bytes]) : bytes;
    const whole = all.length - (all.length % 2);
    this.leftOver = Buffer.from(all.subarray(whole));
    // A copy: the view needs an even address, and the caller may reuse its buffer.
    const own = new Uint8Array(whole);
    own.set(all.subarray(0, whole));
    if (!IS_LITTLE_ENDIAN) Buffer.from(own.buffer).swap16();
    return new Int16Array(own.buffer);
  }
}
