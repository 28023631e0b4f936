import { OnProgress } from './model-source';

const LINE_EVERY_MS = 1_000;

/**
 * Turns counted bytes into lines such as `Downloading tiny/embedder: config.json 40 % of 0.1 MB`, one a second at most.
 *
 * @param what named in each line
 */
export function downloadLines(
  what: string,
  onProgress: OnProgress,
): (received: number, total: number | undefined) => void {
  let lastLine = -Infinity;
  return (received, total) => {
    if (Date.now() - lastLine < LINE_EVERY_MS) return;
    lastLine = Date.now();
    onProgress(`Downloading ${what} ${share(received, total)}`);
  };
}

function share(received: number, total: number | undefined): string {
  return total === undefined
    ? megabytes(received)
    : `${Math.floor((100 * received) / total)} % of ${megabytes(total)}`;
}

/** Such as `0.1 MB` or `23 MB`. */
export function megabytes(bytes: number): string {
  const value = bytes / 1_000_000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} MB`;
}
