import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Runs a module of this folder as a process of its own while `work` does. Its first message goes to `work`. */
export async function withChild(module, args, work) {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    const exited = once(child, 'exit').then(([code]) => {
      throw new Error(`${module} ended with exit code ${code}`);
    });
    exited.catch(() => undefined);
    const [message] = await Promise.race([once(child, 'message'), exited]);
    return await work(message);
  } finally {
    child.kill();
  }
}
