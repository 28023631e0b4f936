import { isUuid } from '@voxpersona/domain';
import { writePrivateFile } from '@voxpersona/platform';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The founder's API key in the data folder, and beside it, while the key is being made, the id of the request that makes
 * it. A start that finds this id repeats the request, which gives the same key again.
 */
export class FirstKeyFile {
  readonly path: string;
  private readonly pendingPath: string;

  constructor(dataFolder: string) {
    this.path = join(dataFolder, 'first-api-key');
    this.pendingPath = `${this.path}.pending`;
  }

  get exists(): boolean {
    return existsSync(this.path);
  }

  /** Id of the request that was begun and not completed here. */
  get pendingRequestId(): string | undefined {
    if (!existsSync(this.pendingPath)) return undefined;
    const text = readFileSync(this.pendingPath, 'utf8').trim();
    return isUuid(text) ? text : undefined;
  }

  /** To be called before the request. @throws Error when the data folder cannot be written to */
  begin(requestId: string): void {
    writePrivateFile(this.pendingPath, `${requestId}\n`);
  }

  /** @throws Error when the data folder cannot be written to; the request stays pending then */
  complete(apiKey: string): void {
    writePrivateFile(this.path, `${apiKey}\n`);
    this.forgetPending();
  }

  forgetPending(): void {
    rmSync(this.pendingPath, { force: true });
  }
}
