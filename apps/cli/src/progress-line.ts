import { WriteStream } from 'node:tty';

const EVERY_MS = 200;

/** One line on a terminal that is written over; elsewhere nothing, so that logs are not filled. */
export function progressLine(stream: Pick<WriteStream, 'isTTY' | 'write'>): {
  show(text: string): void;
  end(): void;
} {
  let shownAt = 0;
  return {
    show: (text) => {
      if (!stream.isTTY || Date.now() - shownAt < EVERY_MS) return;
      shownAt = Date.now();
      stream.write(`\r\u001b[K${text}`);
    },
    end: () => {
      if (stream.isTTY) stream.write('\r\u001b[K');
    },
  };
}
