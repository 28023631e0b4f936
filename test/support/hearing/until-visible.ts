import { TestServer } from '../server/test-server';

/** Waits until a recording that was just taken can be read, however busy the server is. */
export async function untilVisible(
  server: TestServer,
  { id, position }: { id: string; position: string },
): Promise<void> {
  for (;;) {
    // The server itself waits for a while before it answers that it has not come so far.
    const { status, text } = await server.request(`/v1/recordings/${id}?after=${position}`);
    if (status === 200) return;
    if (status !== 202) throw new Error(`GET of a recording that was taken: ${status} ${text}`);
  }
}
