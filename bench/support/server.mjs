import { existsSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { thenCleanUp } from './clean-up.mjs';
import { built, root, testSupport } from './product.mjs';

/**
 * Gives `work` the built server as a process of its own, in all its roles, on a data folder of its own. What transcribes
 * and writes reports are the fakes of the tests: no provider's time is measured.
 *
 * @param counting whether it counts its statements, which costs it a little
 */
export async function withServer(work, { counting = false } = {}) {
  const { serverWithFakes } = testSupport('server/with-fakes');
  const { makeDataFolder } = testSupport('server/test-server');
  const dataFolder = makeDataFolder();
  const countsFile = join(dataFolder, 'statements.json');
  const counter = JSON.stringify(join(root, 'bench/support/count-statements.cjs'));
  const world = await serverWithFakes({
    dataFolder,
    env: {
      EMBEDDINGS: 'hashing',
      ...(counting && { NODE_OPTIONS: `--require ${counter}`, BENCH_STATEMENTS: countsFile }),
    },
  });
  let server;
  return thenCleanUp(
    async () => {
      await world.server.start();
      server = new BenchServer(world.server, countsFile);
      return work(server);
    },
    async () => {
      server?.http.close();
      await world.close();
    },
  );
}

class BenchServer {
  constructor(server, countsFile) {
    this.server = server;
    this.countsFile = countsFile;
    this.http = new HttpClient(server.url, { authorization: `Bearer ${server.key}` });
  }

  /** Of the database that it started. */
  async connectionString() {
    const { startEmbeddedPostgres } = built('platform');
    // Finds the one that runs, and leaves it to the server.
    return (await startEmbeddedPostgres(this.server.dataFolder)).connectionString;
  }

  get pid() {
    return this.server.pid;
  }

  /** Of one that counts: statements since the last call, as pairs of a statement and its count. */
  async takeStatements() {
    rmSync(this.countsFile, { force: true });
    process.kill(this.pid, 'SIGUSR2');
    while (!existsSync(this.countsFile)) await sleep(5);
    return JSON.parse(readFileSync(this.countsFile, 'utf8'));
  }

  /** @returns how many statements were sent since the last call */
  async countStatements() {
    return (await this.takeStatements()).reduce((sum, [, count]) => sum + count, 0);
  }

  /** Uploads that many recordings, two seconds each and all different, and waits until all work on them is done. */
  async upload(count) {
    const { longRecording } = testSupport('audio/audio');
    const { isFinished } = testSupport('server/test-server');
    const ids = [];
    for (let seed = 1; seed <= count; seed += 1) {
      ids.push(await this.server.uploaded(longRecording(2, seed), { reports: '' }));
    }
    for (const id of ids) await this.server.recordingUntil(id, isFinished);
    return ids;
  }

  /** Changes the details of a recording. @returns the position of the event */
  async patch(id, place) {
    const { body } = await this.http.send('PATCH', `/v1/recordings/${id}/details`, { place });
    return JSON.parse(body).position;
  }

  /** Reads a recording, at this position or later where one is given. */
  async read(id, after) {
    const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
    return this.http.send('GET', `/v1/recordings/${id}${query}`);
  }
}

/** Keeps its connections, and costs as little as a client can: it shares the machine with what is measured. */
export class HttpClient {
  constructor(url, headers = {}) {
    this.url = new URL(url);
    this.headers = headers;
    this.agent = new Agent({ keepAlive: true, maxSockets: 256 });
  }

  /** @returns `{ status, body }`; an answer that is not 2xx is an error */
  send(method, path, json) {
    const body = json === undefined ? undefined : JSON.stringify(json);
    const headers = {
      ...this.headers,
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }),
    };
    const { hostname, port } = this.url;
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, method, path, headers, agent: this.agent }, (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString();
          const { statusCode: status } = answer;
          if (status >= 200 && status < 300) resolve({ status, body: text });
          else reject(new Error(`${method} ${path}: ${status} ${text}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close() {
    this.agent.destroy();
  }
}
