// Loaded into a server by NODE_OPTIONS=--require: plants the errors of a bug when a signal asks for one.
process.on('SIGUSR2', () => {
  void Promise.reject(new Error('planted rejection', { cause: new Error('planted cause') }));
});
process.on('SIGHUP', () => {
  setImmediate(() => {
    throw new Error('planted exception');
  });
});
