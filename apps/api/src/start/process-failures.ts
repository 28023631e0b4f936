import { Logger } from '@nestjs/common';

/**
 * What happens to errors that nothing handles. A rejected promise that nobody waits for is logged and counted, and the
 * process goes on: what it belonged to has failed, and nothing else was interrupted. An exception that nobody caught may have
 * left any object half changed, so the process stops.
 */
export class ProcessFailures {
  private rejections = 0;
  private readonly log = new Logger('Process');

  /** Rejections so far. */
  get unhandledRejections(): number {
    return this.rejections;
  }

  /** @param onUncaught called with the first uncaught exception; the second one ends the process at once */
  watch(onUncaught: (error: Error) => void): void {
    let isStopping = false;
    process.on('unhandledRejection', (reason) => {
      this.rejections += 1;
      this.log.error(`Unhandled rejection: ${describe(reason)}`);
    });
    process.on('uncaughtException', (error) => {
      if (isStopping) process.exit(1);
      isStopping = true;
      this.log.error(`Uncaught exception, the process stops: ${describe(error)}`);
      onUncaught(error);
    });
  }
}

/** With the stack and that of its causes. */
function describe(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const cause = reason.cause === undefined ? '' : `\ncaused by ${describe(reason.cause)}`;
  return (reason.stack ?? reason.message) + cause;
}
