// Loaded into the server by --require: counts the statements that it sends to PostgreSQL. On SIGUSR2 it writes them to the
// file that BENCH_STATEMENTS names, as pairs of a statement and its count, and begins anew.
const { renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');

const file = process.env.BENCH_STATEMENTS;
let counts = new Map();
const load = Module._load;
Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (request === 'pg') countQueriesOf(loaded.Client.prototype);
  return loaded;
};

const counted = new WeakSet();
function countQueriesOf(client) {
  if (counted.has(client)) return;
  counted.add(client);
  const { query } = client;
  client.query = function (config, ...rest) {
    const text = (typeof config === 'string' ? config : (config.text ?? 'COPY')).replace(/\s+/g, ' ').trim();
    counts.set(text, (counts.get(text) ?? 0) + 1);
    return query.call(this, config, ...rest);
  };
}

process.on('SIGUSR2', () => {
  // Whoever waits for the file must find all of it.
  writeFileSync(`${file}.part`, JSON.stringify([...counts]));
  renameSync(`${file}.part`, file);
  counts = new Map();
});
