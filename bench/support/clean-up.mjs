const pending = new Set();
let interruption;

/** Runs `work`, then `cleanUp`: also when the benchmark is interrupted, which must leave no database behind. */
export async function thenCleanUp(work, cleanUp) {
  listen();
  pending.add(cleanUp);
  try {
    return await work();
  } finally {
    // Work that fails because it was interrupted must not clean up beside the interruption.
    if (interruption) await interruption;
    pending.delete(cleanUp);
    await cleanUp();
  }
}

let listens = false;
function listen() {
  if (listens) return;
  listens = true;
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => (interruption ??= interrupted()));
}

/** The last that was opened is closed first. */
async function interrupted() {
  for (const cleanUp of [...pending].reverse()) {
    await cleanUp().catch((error) => console.error(error));
  }
  process.exit(130);
}
