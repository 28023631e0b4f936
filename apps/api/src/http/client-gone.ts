import { Response } from 'express';

/** The client closed its connection before it had its answer. Nobody is left to be told anything. */
export class ClientGone extends Error {
  constructor() {
    super('The client has closed its connection');
    this.name = 'ClientGone';
  }
}

/** Aborts with `ClientGone` as soon as the client goes away, so that work for it alone ends. */
export function untilClientGone(response: Response): AbortSignal {
  const gone = new AbortController();
  const onClose = (): void => {
    if (!response.writableFinished) gone.abort(new ClientGone());
  };
  if (response.closed) onClose();
  else response.once('close', onClose);
  return gone.signal;
}
