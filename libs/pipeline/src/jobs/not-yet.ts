/** What a job needs is not there yet, and will be without it: it runs again later, and no attempt is counted. */
export class NotYet extends Error {
  constructor(
    message: string,
    readonly retryAfterMs: number,
  ) {
    super(message);
    this.name = 'NotYet';
  }
}
