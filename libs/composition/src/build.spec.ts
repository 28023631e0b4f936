import { DOMAIN_EVENTS } from '@voxpersona/domain';
import { READ_MODELS } from '@voxpersona/projections';
import { createHash } from 'node:crypto';
import { BUILD, BUILD_FINGERPRINT } from './build';

describe('The number of the build', () => {
  it('is raised with every type and version of an event, and every fold', () => {
    const events = [...DOMAIN_EVENTS.values()].map(({ type, version }) => `${type} ${version}`);
    const folds = READ_MODELS.map(({ name, version }) => `${name} ${version}`);
    const fingerprint = createHash('sha256')
      .update([BUILD, ...events.sort(), ...folds.sort()].join('\n'))
      .digest('hex')
      .slice(0, 16);
    // Not equal? Raise BUILD in build.ts, run this once more, and copy the fingerprint.
    expect(BUILD_FINGERPRINT).toBe(fingerprint);
  });
});
