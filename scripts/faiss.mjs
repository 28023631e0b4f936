// Gives the package faiss-node its native half, which npm does not bring: the project's own prebuilt file where GitHub
// can be reached; else built from the package's source against Debian's libfaiss-dev; else there is none, and the
// product searches with its built-in index. Never fails: FAISS is optional.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DEBIAN_PACKAGES = ['libfaiss-dev', 'libopenblas-dev', 'g++'];
const DOWNLOAD_MS = 60_000;

/** Debian's FAISS 1.7.3 is older than the type name that the package's source uses. */
const MISSING_TYPE = '#pragma once\n#include <cstdint>\nnamespace faiss { using idx_t = int64_t; }\n';

/**
 * @param root folder of the project
 * @param installDebian installs Debian packages where that may be done, and says what to do elsewhere
 * @param say tells the user
 */
export function provideFaiss(root, installDebian, say) {
  const folder = join(root, 'node_modules', 'faiss-node');
  if (!existsSync(folder)) {
    say('FAISS: npm left out the package faiss-node; the built-in vector index serves.');
    return;
  }
  if (loads(root)) return;
  // What was tried in vain is not tried at every start; a new machine or another Node.js is tried again.
  const stamp = join(folder, '.voxpersona-tried');
  const tried = `${process.version} ${process.platform} ${existsSync('/usr/include/faiss/IndexFlat.h')}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === tried) return;
  say('FAISS: looking for its native library …');
  if (download(root, folder) && loads(root)) {
    say('FAISS: the prebuilt library serves.');
    return;
  }
  if (!existsSync('/usr/include/faiss/IndexFlat.h')) installDebian(DEBIAN_PACKAGES);
  if (compile(root, folder) && loads(root)) {
    say('FAISS: built against libfaiss-dev.');
    return;
  }
  say('FAISS: no native library here; the built-in vector index serves.');
  writeFileSync(
    stamp,
    `${process.version} ${process.platform} ${existsSync('/usr/include/faiss/IndexFlat.h')}`,
  );
}

function loads(root) {
  const { status } = spawnSync(process.execPath, ['-e', "require('faiss-node')"], {
    cwd: root,
    stdio: 'ignore',
  });
  return status === 0;
}

function download(root, folder) {
  const installer = join(root, 'node_modules', 'prebuild-install', 'bin.js');
  if (!existsSync(installer)) return false;
  const { status } = spawnSync(process.execPath, [installer, '--runtime', 'napi'], {
    cwd: folder,
    stdio: 'ignore',
    timeout: DOWNLOAD_MS,
  });
  // A file that is there but does not load would be in the way of the one that is built.
  if (status === 0 && !loads(root)) rmSync(join(folder, 'build'), { recursive: true, force: true });
  return status === 0;
}

function compile(root, folder) {
  const modules = join(root, 'node_modules');
  const addonApi = [join(folder, 'node_modules', 'node-addon-api'), join(modules, 'node-addon-api')].find(
    (candidate) => existsSync(join(candidate, 'napi.h')),
  );
  if (!existsSync('/usr/include/faiss/IndexFlat.h') || !addonApi) return false;
  const output = join(folder, 'build', 'Release');
  mkdirSync(output, { recursive: true });
  const header = join(output, 'missing-type.h');
  writeFileSync(header, MISSING_TYPE);
  const { status, stderr } = spawnSync(
    'g++',
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-fopenmp', '-fexceptions'],
      ...['-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION', '-include', header],
      ...['-I', join(modules, 'node-api-headers', 'include'), '-I', addonApi],
      ...[join(folder, 'src', 'faiss.cc'), '-o', join(output, 'faiss-node.node'), '-lfaiss', '-lopenblas'],
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  if (status !== 0) process.stderr.write(`${stderr ?? 'g++ cannot be run'}\n`);
  return status === 0;
}
