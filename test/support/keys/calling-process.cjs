// One of several processes that share the keys of a provider. Makes all its calls at once when it is told to go, and
// says how they ended. It knows nothing of the others but the database.
const { Pool } = require('pg');

process.once('message', async (task) => {
  const { KeyPool } = require(task.keysModule);
  const { failureOfHttp } = require(task.httpFailureModule);
  const pool = new Pool({ connectionString: task.connectionString, max: 10 });
  const warnings = [];
  const keys = new KeyPool(pool, {
    ...task.options,
    log: { log: () => undefined, warn: (message) => warnings.push(message) },
  });
  const call = async (key) => {
    const { provider } = task.options;
    const response = await fetch(task.url, { method: 'POST', headers: { authorization: `Bearer ${key}` } });
    await response.text();
    const { status, headers } = response;
    if (!response.ok) throw failureOfHttp({ provider, status, headers });
  };
  await keys.status();
  process.once('message', async () => {
    const ends = await Promise.allSettled(
      Array.from({ length: task.calls }, () => keys.withKey(0, new AbortController().signal, call)),
    );
    const failures = ends.filter((end) => end.status === 'rejected').map((end) => String(end.reason));
    await pool.end();
    process.send({ failures, warnings }, () => process.disconnect());
  });
  process.send('ready');
});
