/** Upper bounds in seconds of what stays inside this machine: a statement, a command, a request. */
export const LOCAL_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120,
];

/** Upper bounds in seconds of a call to a model, which may take minutes. */
export const MODEL_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640];
