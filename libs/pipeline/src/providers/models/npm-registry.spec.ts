import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npmRegistryFor } from './npm-registry';

describe('The npm registry', () => {
  let root: string;
  const write = (path: string, text: string): void => writeFileSync(join(root, path), text);
  const registry = (env: Record<string, string> = {}, name = '@some/package'): string =>
    npmRegistryFor(name, {
      env,
      cwd: join(root, 'project'),
      home: join(root, 'home'),
      execPath: join(root, 'node', 'bin', 'node'),
    });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'npmrc-'));
    for (const folder of ['project', 'home', 'node/etc']) mkdirSync(join(root, folder), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is the public one where nothing is configured', () => {
    expect(registry()).toBe('https://registry.npmjs.org');
  });
  it('is taken from the nearest place that names one', () => {
    write('node/etc/npmrc', 'registry=https://global.example/');
    expect(registry()).toBe('https://global.example');
    write('home/.npmrc', '; comment\nregistry = "https://user.example/npm/"\n');
    expect(registry()).toBe('https://user.example/npm');
    write('project/.npmrc', 'audit=false\nregistry=https://project.example\n');
    expect(registry()).toBe('https://project.example');
    expect(registry({ NPM_CONFIG_REGISTRY: 'https://environment.example/' })).toBe(
      'https://environment.example',
    );
  });
  it('is that of the scope before any other', () => {
    write('project/.npmrc', 'registry=https://project.example');
    write('home/.npmrc', '@some:registry=https://scope.example/');
    expect(registry()).toBe('https://scope.example');
    expect(registry({}, '@other/package')).toBe('https://project.example');
  });
  it('may be named by a variable; what is no address is passed over', () => {
    write('project/.npmrc', 'registry=${MIRROR}');
    expect(registry({ MIRROR: 'https://mirror.example' })).toBe('https://mirror.example');
    expect(registry()).toBe('https://registry.npmjs.org');
  });
  it('is looked for in the files that the environment names', () => {
    write('elsewhere', 'registry=https://elsewhere.example');
    expect(registry({ npm_config_userconfig: join(root, 'elsewhere') })).toBe('https://elsewhere.example');
  });
});
