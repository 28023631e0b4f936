// Writes the table of settings in the README anew, from the settings themselves. Build first.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../README.md', import.meta.url));
const { configurationReference } = createRequire(import.meta.url)('../dist/libs/platform/src/index.js');

const rows = configurationReference().map(({ name, defaultValue, meaning, secret }) => {
  const byDefault = defaultValue === '' ? '' : `\`${defaultValue}\``;
  return `| \`${name}\` | ${byDefault} | ${secret ? `${meaning} Secret.` : meaning} |`;
});
const table = ['| Variable | Default | Meaning |', '| --- | --- | --- |', ...rows].join('\n');
writeFileSync(file, readFileSync(file, 'utf8').replace(/\| Variable[^]*?\n(?=\n)/, `${table}\n`));
spawnSync('npx', ['prettier', '--write', file], { stdio: 'inherit' });
