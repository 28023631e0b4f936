import { Client } from 'pg';

/** What pg keeps of its socket. */
interface Connected {
  connection?: { stream?: { destroy(): void } };
}

/** Closes a connection at once: what is under way on it fails. `end` alone waits for a server that may be gone. */
export function cutConnection(client: Client): void {
  (client as unknown as Connected).connection?.stream?.destroy();
}
