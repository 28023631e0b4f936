import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationInvalid, loadEnvironment } from './load-environment';
import { configurationReference } from './reference';

function faultsOf(variables: Record<string, string>): readonly string[] {
  try {
    loadEnvironment(variables);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.faults;
    throw error;
  }
}

describe('The configuration', () => {
  it('has a default for everything', () => {
    expect(loadEnvironment({})).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      SPEECH_TO_TEXT: 'auto',
      MAX_AUDIO_HOURS: 24,
    });
  });

  it('counts an empty variable as not set', () => {
    expect(loadEnvironment({ OPENAI_API_KEY: ' ', PORT: '' })).toMatchObject({ PORT: 3000 });
    expect(loadEnvironment({ OPENAI_API_KEY: ' ' }).OPENAI_API_KEY).toBeUndefined();
  });

  it('tells all faults at once', () => {
    const faults = faultsOf({
      PORT: 'x',
      LOG_LEVEL: 'loud',
      OPENAI_BASE_URL: 'ftp://x',
      VOXPERSONA_MASTER_KEY: 'short',
    });
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(
      expect.arrayContaining(['PORT', 'LOG_LEVEL', 'OPENAI_BASE_URL', 'VOXPERSONA_MASTER_KEY']),
    );
  });

  it('never tells the value of a secret', () => {
    expect(
      faultsOf({ DATABASE_URL: 'hidden-word', VOXPERSONA_MASTER_KEY: 'hidden-word' }).join(),
    ).not.toContain('hidden-word');
  });

  it.each([
    [{ SPEECH_TO_TEXT: 'openai' }, 'OPENAI_API_KEY'],
    [{ LANGUAGE_MODEL: 'anthropic' }, 'ANTHROPIC_API_KEY'],
    [{ CHUNK_TARGET_SECONDS: '60', CHUNK_MAX_SECONDS: '30' }, 'CHUNK_TARGET_SECONDS'],
  ])('notices that %j does not fit together', (variables, name) => {
    expect(faultsOf(variables)).toEqual([expect.stringContaining(name)]);
  });

  it.each(['Europe/Berlin', 'Pacific/Kiritimati', 'UTC'])('takes the time zone %s', (name) => {
    expect(loadEnvironment({ TIME_ZONE: name }).TIME_ZONE).toBe(name);
  });

  it.each(['Europe/Nowhere', '+10:00', 'Berlin time'])('refuses the time zone %s', (name) => {
    expect(faultsOf({ TIME_ZONE: name })).toEqual([
      'TIME_ZONE: must be the name of a time zone such as Europe/Berlin',
    ]);
  });

  it("is the README's table", () => {
    const readme = readFileSync(join(__dirname, '../../../../README.md'), 'utf8');
    for (const { name, defaultValue, meaning, secret } of configurationReference()) {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\``));
      const cells = row?.split('|').map((cell) => cell.trim());
      const byDefault = defaultValue === '' ? '' : `\`${defaultValue}\``;
      expect(cells?.slice(1, 4)).toEqual([`\`${name}\``, byDefault, secret ? `${meaning} Secret.` : meaning]);
    }
  });
});
