import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export const NPM_REGISTRY = 'https://registry.npmjs.org';

type Variables = Readonly<Record<string, string | undefined>>;

/** Where npm would look, without running npm. */
export interface NpmSurroundings {
  env: Variables;
  /** The project's folder, whose `.npmrc` counts. */
  cwd: string;
  home: string;
  /** Path of the running node: npm's global `.npmrc` lies beside it. */
  execPath: string;
}

const HERE: () => NpmSurroundings = () => ({
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  execPath: process.execPath,
});

/**
 * The registry that npm is configured to take a package from: its scope's, if one is set, else `registry`. Read, as npm
 * does, from the environment, then from the `.npmrc` of the project, the user and the installation.
 *
 * @returns an address without a slash at its end
 */
export function npmRegistryFor(packageName: string, surroundings: NpmSurroundings = HERE()): string {
  const { env, cwd, home, execPath } = surroundings;
  const fromEnvironment = (key: string): string | undefined =>
    Object.entries(env).find(([name]) => name.toLowerCase() === `npm_config_${key}`)?.[1];
  const prefix = fromEnvironment('prefix') ?? dirname(dirname(execPath));
  const files = [
    join(cwd, '.npmrc'),
    fromEnvironment('userconfig') ?? join(home, '.npmrc'),
    fromEnvironment('globalconfig') ?? join(prefix, 'etc', 'npmrc'),
  ];
  const levels = [fromEnvironment, ...files.map((file) => reader(file, env))];
  const find = (key: string): string | undefined =>
    levels.map((level) => level(key)).find((value) => value !== undefined && URL.canParse(value));
  const scope = /^(@[^/]+)\//.exec(packageName)?.[1];
  const registry = (scope && find(`${scope}:registry`)) ?? find('registry') ?? NPM_REGISTRY;
  return registry.replace(/\/+$/, '');
}

function reader(file: string, env: Variables): (key: string) => string | undefined {
  let values: Map<string, string> | undefined;
  return (key) => (values ??= parseNpmrc(file, env)).get(key);
}

/** A file that is missing or unreadable sets nothing. */
function parseNpmrc(file: string, env: Variables): Map<string, string> {
  const values = new Map<string, string>();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return values;
  }
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^\s*([^;#=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    const unquoted = value.replace(/^(["'])(.*)\1$/, '$2');
    values.set(
      key,
      unquoted.replace(/\$\{([^}]+)\}/g, (all, name: string) => env[name] ?? all),
    );
  }
  return values;
}
