// A process that appends to several streams without a pause, and says what became of each event. It knows nothing of others
// but the log.
const { randomUUID } = require('node:crypto');
const { setTimeout: sleep } = require('node:timers/promises');

process.once('message', async ({ connectionString, streams, platformModule, eventStoreModule }) => {
  const { createPool, PostgresListener } = require(platformModule);
  const {
    AppendOutcomeUnknown,
    appendUntilKnown,
    EventStoreUnavailable,
    PostgresEventStore,
    WrongExpectedRevision,
  } = require(eventStoreModule);
  const onIdleError = () => undefined;
  const pool = createPool({ connectionString, applicationName: 'writing process', max: 4, onIdleError });
  const store = new PostgresEventStore(
    pool,
    new PostgresListener(connectionString, { warn: () => undefined }),
  );
  let isEnding = false;
  process.once('message', () => (isEnding = true));

  const event = () => {
    const id = randomUUID();
    return { id, type: 'Written', data: { text: 'x'.repeat(500) }, metadata: { commandId: id } };
  };

  /** Appends one event, whatever happens meanwhile. Gives the stream's end. */
  async function append(stream, end) {
    const written = event();
    const expected = end < 0 ? 'no_stream' : end;
    for (;;) {
      try {
        const { revision } = await appendUntilKnown(store, stream, [written], expected);
        process.send({ kind: 'written', stream, revision, id: written.id });
        return revision;
      } catch (error) {
        if (error instanceof WrongExpectedRevision) {
          process.send({ kind: 'fenced', stream });
          return error.actual === 'no_stream' ? -1 : error.actual;
        }
        const isPassing = error instanceof EventStoreUnavailable || error instanceof AppendOutcomeUnknown;
        if (!isPassing) throw error;
        process.send({ kind: 'failed', stream, error: error.name });
        await sleep(20);
      }
    }
  }

  await Promise.all(
    streams.map(async (stream) => {
      for (let end = -1; !isEnding;) end = await append(stream, end);
    }),
  );
  process.send({ kind: 'ended' }, () => process.exit());
});
