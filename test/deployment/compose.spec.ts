import { SETTINGS } from '@voxpersona/platform';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Service {
  image?: string;
  user?: string;
  ports?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  environment?: Record<string, string>;
  healthcheck?: object;
  profiles?: string[];
  deploy?: { replicas: number };
  command?: string[];
}

const root = join(__dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };
const services = Object.entries(compose.services);
/** Prepares a volume, and ends. */
const isPassing = (name: string): boolean => name === 'minio-volume';
const isOurs = ({ image }: Service): boolean => image === 'voxpersona:local';

describe('docker-compose.yml', () => {
  it.each(services.filter(([name]) => !isPassing(name)))(
    '%s is watched, may write nothing but its volumes, and is not root',
    (_name, { healthcheck, image, read_only: readOnly, cap_drop: dropped, user }) => {
      // Ours is watched by its own image.
      expect(healthcheck !== undefined || image === 'voxpersona:local').toBe(true);
      expect({ readOnly, dropped }).toEqual({ readOnly: true, dropped: ['ALL'] });
      expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    },
  );

  it('publishes one port per profile: that of the api, or of the proxy before the apis', () => {
    const publishing = services.filter(([, { ports }]) => ports);
    expect(publishing.map(([name, { ports, profiles }]) => [name, profiles, ports?.length])).toEqual([
      ['api', ['single'], 1],
      ['proxy', ['cluster'], 1],
    ]);
  });

  it('pins every image, and keeps every secret in .env', () => {
    for (const [, { image }] of services) expect(image).toMatch(/:(local|[^:]*\d[^:]*)$/);
    const text = read('docker-compose.yml');
    const secrets = text.match(/^\s+\w*(PASSWORD|SECRET_KEY|MASTER_KEY|TOKEN|API_KEY)\w*: .*$/gm) ?? [];
    expect(secrets.length).toBeGreaterThan(5);
    for (const line of secrets) expect(line).toMatch(/: \$\{\w+:[?-]/);
    const example = read('.env.example');
    for (const [, name = ''] of text.matchAll(/\$\{(\w+)/g))
      expect(example).toMatch(new RegExp(`^${name}=`, 'm'));
    for (const [line] of example.matchAll(/^\w*(?:PASSWORD|KEY|TOKEN)\w*=.*$/gm)) expect(line).toMatch(/=$/);
  });

  it('sets nothing that the server does not read', () => {
    for (const [, service] of services.filter(([, one]) => isOurs(one))) {
      for (const name of Object.keys(service.environment ?? {}))
        expect(Object.keys(SETTINGS)).toContain(name);
      expect(service.environment).toMatchObject({ EVENT_STORE: 'eventstoredb', OBJECT_STORAGE: 'minio' });
    }
  });

  it('has the processes that each profile names', () => {
    const of = (profile: string): Record<string, number> =>
      Object.fromEntries(
        services
          .filter(([, { profiles }]) => profiles?.includes(profile))
          .map(([name, { deploy }]) => [name, deploy?.replicas ?? 1]),
      );
    expect(of('single')).toEqual({ eventstoredb: 1, api: 1, worker: 1 });
    expect(of('telegram')).toEqual({ bot: 1 });
    expect(of('telegram-of-cluster')).toEqual({ 'bot-of-cluster': 2 });
    expect(of('cluster')).toEqual({
      ...{ 'eventstoredb-1': 1, 'eventstoredb-2': 1, 'eventstoredb-3': 1 },
      ...{ 'api-of-cluster': 2, 'worker-of-cluster': 3, proxy: 1 },
    });
  });
});
