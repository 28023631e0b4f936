import { webcrypto } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { JOIN_PAGE, JOIN_SCRIPT } from './join.page';

interface FakeElement {
  hidden: boolean;
  disabled: boolean;
  readOnly: boolean;
  textContent: string;
  value: string;
}

/** What the server answers; undefined: it cannot be reached. */
type FakeAnswer = { status: number; body: unknown; headers?: Record<string, string> } | undefined;

/** What a browser keeps between pages; `null`: it keeps nothing, and says so by an error. */
type FakeStorage = Map<string, string> | null;

function localStorageOf(storage: FakeStorage) {
  const opened = (): Map<string, string> => {
    if (storage) return storage;
    throw new Error('SecurityError');
  };
  return {
    getItem: (name: string) => opened().get(name) ?? null,
    setItem: (name: string, value: string) => void opened().set(name, value),
    removeItem: (name: string) => void opened().delete(name),
  };
}

/** The script in a page that has the elements it asks for, opened at an address. */
function open(hash: string, answers: FakeAnswer[], storage: FakeStorage = new Map()) {
  const elements: Record<string, FakeElement> = {};
  const sent: { url: string; body: unknown; key: string }[] = [];
  const addresses: string[] = [];
  let submit: ((event: { preventDefault(): void }) => Promise<void>) | undefined;
  for (const [, id] of JOIN_PAGE.matchAll(/id="(\w+)"/g)) {
    elements[id!] = { hidden: false, disabled: false, readOnly: false, textContent: '', value: '' };
  }
  const page = createContext({
    crypto: webcrypto,
    Uint8Array,
    document: {
      getElementById: (id: string) =>
        Object.assign(elements[id]!, {
          addEventListener: (_: string, handle: typeof submit) => (submit = handle),
        }),
    },
    localStorage: localStorageOf(storage),
    location: { hash, pathname: '/join' },
    history: { replaceState: (_state: unknown, _title: string, address: string) => addresses.push(address) },
    fetch: (url: string, { body, headers }: { body: string; headers: Record<string, string> }) => {
      sent.push({ url, body: JSON.parse(body), key: headers['Idempotency-Key']! });
      const answer = answers.shift();
      if (!answer) return Promise.reject(new Error('offline'));
      const { status } = answer;
      const json = () => Promise.resolve(answer.body);
      return Promise.resolve({ ok: status < 300, status, headers: new Headers(answer.headers), json });
    },
  });
  runInContext(JOIN_SCRIPT, page);
  const join = async (name = elements.name!.value): Promise<void> => {
    elements.name!.value = name;
    await submit?.({ preventDefault: () => undefined });
  };
  return { elements, sent, addresses, join };
}

describe('The page of an invitation', () => {
  const token = `voxinv_${'a'.repeat(32)}_${'b'.repeat(32)}_${'c'.repeat(64)}`;
  const link = `#${token}`;
  const welcome = {
    status: 201,
    body: { workspace: { name: 'Inspectors' }, role: 'analyst', apiKey: 'vox_00_11' },
  };
  const unavailable = { status: 503, body: { detail: 'Try again soon.' }, headers: { 'Retry-After': '5' } };
  const underWay = { status: 409, body: { detail: 'It is under way.' }, headers: { 'Retry-After': '1' } };
  const expired = { status: 410, body: { detail: 'This invitation has expired.' } };

  it('sends the token with the name, and shows the key', async () => {
    const page = open(link, [welcome]);
    await page.join('Bea');
    expect(page.sent).toEqual([
      {
        url: '/v1/invitations/accept',
        body: { token, name: 'Bea' },
        key: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ]);
    expect(page.elements.result).toMatchObject({ hidden: false, textContent: 'vox_00_11' });
    expect(page.elements.message!.textContent).toContain('Welcome to Inspectors');
  });

  it('takes the token out of the address, so that it is not left in the history', () =>
    expect(open(link, []).addresses).toEqual(['/join']));

  it('says what the server says when it refuses', async () => {
    const page = open(link, [expired]);
    await page.join('Bea');
    expect(page.elements.message!.textContent).toBe('This invitation has expired.');
    expect(page.elements.form!.hidden).toBe(false);
  });

  it('asks for the whole link where half of it is missing', () => {
    const page = open('', []);
    expect(page.elements.form!.hidden).toBe(true);
    expect(page.elements.message!.textContent).toContain('whole link');
  });

  it.each([
    ['is unavailable', unavailable],
    ['is still at it', underWay],
    ['fails', { status: 500, body: { detail: 'Tell the operator.' } }],
    ['cannot be reached', undefined],
  ])('sends the same request again when the server %s', async (_, unclear) => {
    const page = open(link, [unclear, unclear, welcome]);
    await page.join('Bea');
    expect(page.elements.name!.readOnly).toBe(true);
    expect(page.elements.join!.disabled).toBe(false);
    await page.join('Another');
    await page.join();
    expect(new Set(page.sent.map((request) => JSON.stringify(request))).size).toBe(1);
    expect(page.elements.result!.textContent).toBe('vox_00_11');
  });

  it('sends the same request again when the link is opened anew', async () => {
    const storage = new Map<string, string>();
    const first = open(link, [undefined], storage);
    await first.join('Bea');
    // Who finds the browser's storage cannot join by it.
    expect(JSON.stringify([...storage])).not.toContain('c'.repeat(64));
    const second = open(link, [welcome], storage);
    expect(second.elements.name).toMatchObject({ value: 'Bea', readOnly: true });
    await second.join();
    expect(second.sent).toEqual(first.sent);
    expect(storage.size).toBe(0);
  });

  it('makes a new request after a refusal', async () => {
    const page = open(link, [expired, welcome]);
    await page.join('Bea');
    expect(page.elements.name!.readOnly).toBe(false);
    await page.join('Bee');
    const [one, two] = page.sent;
    expect(two!.body).toEqual({ token, name: 'Bee' });
    expect(two!.key).not.toBe(one!.key);
  });

  it('works in a browser that keeps nothing', async () => {
    const page = open(link, [unavailable, welcome], null);
    await page.join('Bea');
    await page.join();
    expect(page.sent[1]).toEqual(page.sent[0]);
    expect(page.elements.result!.textContent).toBe('vox_00_11');
  });
});
