// Brings a fresh clone to where it can be run: packages, build, system programs. Node built-ins only, since nothing is
// installed yet. Does nothing, quickly, when everything is there.
//
//   --build               compile when a source is newer than the last build
//   --with=pocketsphinx   the offline recogniser (a system package)
//   --with=ffmpeg         a current ffmpeg (a system package); the one from npm dates from 2018
//   --with=swift          an S3 server for tests (system packages)
//   --with=faiss          the native half of faiss-node, see faiss.mjs
//   --models              the models that the configuration uses, so that the first start needs no network
//   --models=NAME,NAME    these models, as models.json names them
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideFaiss } from './faiss.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);

/** System programs, and the Debian packages that hold them. */
const PROGRAMS = {
  pocketsphinx: { command: 'pocketsphinx_continuous', packages: ['pocketsphinx', 'pocketsphinx-en-us'] },
  ffmpeg: { command: 'ffmpeg', packages: ['ffmpeg'] },
  swift: {
    command: 'swift-proxy-server',
    packages: ['swift-proxy', 'swift-account', 'swift-container', 'swift-object', 'memcached'],
  },
};

checkNode();
installPackages();
for (const arg of args) if (arg.startsWith('--with=')) installProgram(arg.slice('--with='.length));
if (args.includes('--build')) build();
for (const arg of args)
  if (arg === '--models' || arg.startsWith('--models=')) fetchModels(arg.slice('--models='.length));

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`VoxPersona needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
}

/** `npm ci` when the lock file is not the one that was installed. */
function installPackages() {
  const stamp = join(root, 'node_modules', '.voxpersona-installed');
  const wanted = hashOf('package-lock.json') + process.versions.modules;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Installing packages (npm ci) …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, wanted);
}

function hashOf(file) {
  return createHash('sha256')
    .update(readFileSync(join(root, file)))
    .digest('hex');
}

function build() {
  const output = join(root, 'dist', 'apps', 'api', 'src', 'main.js');
  const built = statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newest = Math.max(
    ...['apps', 'libs'].map((folder) => newestIn(join(root, folder))),
    ...['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map(
      (file) => statSync(join(root, file)).mtimeMs,
    ),
  );
  const stamp = join(root, 'dist', '.voxpersona-built');
  const last = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built > 0 && last >= newest) return;
  say('Building …');
  run('npm', ['run', '--silent', 'build']);
  writeFileSync(stamp, '');
}

function newestIn(folder) {
  return Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
}

function installProgram(name) {
  if (name === 'faiss') {
    provideFaiss(root, installDebian, say);
    return;
  }
  const program = PROGRAMS[name];
  if (!program) fail(`There is no program ${name} to install.`);
  const { command, packages } = program;
  if (isOnPath(command)) return;
  installDebian(packages);
  if (!isOnPath(command)) say(`Going on without ${command}.`);
}

/** Needs a build. Without a network the server runs with what stands in for the models. */
function fetchModels(names) {
  const program = join(root, 'dist', 'apps', 'cli', 'src', 'main.js');
  const wanted = names.split(',').filter(Boolean);
  const { status } = spawnSync(process.execPath, [program, 'models', 'get', ...wanted], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) say('Going on without these models.');
}

/** Installs packages as root on Debian; elsewhere says how to, and goes on without them. */
function installDebian(packages) {
  const canInstall = process.getuid?.() === 0 && isOnPath('apt-get');
  if (!canInstall) {
    say(`Missing, on Debian or Ubuntu: sudo apt-get install -y ${packages.join(' ')}`);
    return;
  }
  say(`Installing the Debian packages ${packages.join(', ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], { env, optional: true });
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env, optional: true });
}

function isOnPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function run(command, commandArgs, { env = process.env, optional = false } = {}) {
  const stdout = optional ? 'ignore' : 'inherit';
  const { status } = spawnSync(command, commandArgs, {
    cwd: root,
    env,
    stdio: ['ignore', stdout, 'inherit'],
  });
  if (status !== 0 && !optional) fail(`${command} ${commandArgs.join(' ')} failed; see above.`);
}

function say(text) {
  console.error(text);
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
