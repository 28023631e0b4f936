// Fails when something that is shipped has a licence that we may not use, or a grave hole that is known. Development
// dependencies are not shipped. Run after the packages are installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import rules from './dependency-rules.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const AUDIT_MS = 60_000;

const LICENCE_EXCEPTIONS = [
  {
    packages: '@ffmpeg-installer/*',
    licences: ['LGPL-2.1', 'GPLv3', 'https://git.ffmpeg.org/gitweb/ffmpeg.git/blob_plain/HEAD:/LICENSE.md'],
    reason: 'ffmpeg, run as a program of its own; and the module that tells its path, used unchanged',
  },
  {
    packages: '@ffprobe-installer/*',
    licences: ['LGPL-2.1', 'GPL-3.0'],
    reason: 'ffprobe, run as a program of its own; and the module that tells its path, used unchanged',
  },
  {
    packages: '@img/sharp-*',
    licences: [
      'LGPL-3.0-or-later',
      'Apache-2.0 AND LGPL-3.0-or-later',
      'Apache-2.0 AND LGPL-3.0-or-later AND MIT',
    ],
    reason:
      'libvips, a shared library that sharp loads; used unchanged, and anybody can put another in its place',
  },
  {
    packages: 'flatbuffers',
    licences: ['SEE LICENSE IN LICENSE.txt'],
    reason: 'its LICENSE.txt is Apache-2.0',
  },
];

/** What cannot be mended here: with the reason, and the day until which that is good enough. */
const AUDIT_EXCEPTIONS = [];

let failed = false;
checkLicences();
checkAudit();
process.exit(failed ? 1 : 0);

function checkLicences() {
  const packages = shippedPackages();
  const { offenders, unused } = rules.judgeLicences(packages, LICENCE_EXCEPTIONS);
  for (const { name, version, licence } of offenders) fail(`${name} ${version} has the licence ${licence}`);
  for (const exception of unused) fail(`The exception for ${exception.packages} is not needed any more`);
  console.log(`Licences of ${packages.length} packages looked at`);
}

function checkAudit() {
  const { stdout, error } = spawnSync(
    'npm',
    ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=20000'],
    { cwd: root, encoding: 'utf8', timeout: AUDIT_MS, maxBuffer: 64 * 1024 * 1024 },
  );
  const today = new Date().toISOString().slice(0, 10);
  const verdict = rules.judgeAudit(stdout ?? '', AUDIT_EXCEPTIONS, today);
  if ('unanswered' in verdict) {
    console.log(
      `Known holes were not looked up, no registry answers that here: ${error?.message ?? verdict.unanswered}`,
    );
    return;
  }
  for (const hole of verdict.offenders) fail(hole);
  for (const hole of verdict.excused) console.log(`Known and excused: ${hole}`);
  for (const { advisory } of verdict.unused)
    console.log(`The exception for ${advisory} is not needed any more`);
}

/** Everything in the lock file that is not for development only, whichever system it is for. */
function shippedPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, entry]) => ({
      name: path.split('node_modules/').at(-1),
      version: entry.version,
      licence: entry.license ?? licenceInManifest(path),
    }));
}

/** npm's lock file leaves out the form in which packages of long ago tell their licences. */
function licenceInManifest(path) {
  const file = join(root, path, 'package.json');
  if (!existsSync(file)) return 'not told';
  const { license, licenses } = JSON.parse(readFileSync(file, 'utf8'));
  const told = [license, licenses].flat().filter(Boolean);
  return told.map((one) => one.type ?? String(one)).join(' OR ') || 'not told';
}

function fail(text) {
  console.error(text);
  failed = true;
}
