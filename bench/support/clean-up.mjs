const pending = new Set();
let listens = false;

/**
 * Runs `work`, then `cleanUp`: also when the benchmark is interrupted, which must leave no database behind.
 */
export async function thenCleanUp(work, cleanUp) {
  listen();
  pending.add(cleanUp);
  try {
    return await work();
  } finally {
    // Whoever was interrupted has begun it.
    if (pending.delete(cleanUp)) await cleanUp();
  }
}

function listen() {
  if (listens) return;
  listens = true;
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void interrupted());
}

/** The last that was opened is closed first. */
async function interrupted() {
  for (const cleanUp of [...pending].reverse()) {
    pending.delete(cleanUp);
    await Promise.resolve(cleanUp()).catch(() => undefined);
  }
  process.exit(130);
}
