import { createContext, runInContext } from 'node:vm';
import { JOIN_PAGE, JOIN_SCRIPT } from './join.page';

interface FakeElement {
  hidden: boolean;
  textContent: string;
  value: string;
}

/** The script in a page that has the elements it asks for, opened at an address; `answer` is what the server says. */
function open(hash: string, answer: { ok: boolean; body: unknown }) {
  const elements: Record<string, FakeElement> = {};
  const sent: { url: string; body: unknown }[] = [];
  const addresses: string[] = [];
  let submit: ((event: { preventDefault(): void }) => Promise<void>) | undefined;
  for (const [, id] of JOIN_PAGE.matchAll(/id="(\w+)"/g)) {
    elements[id!] = { hidden: false, textContent: '', value: '' };
  }
  const page = createContext({
    document: {
      getElementById: (id: string) =>
        Object.assign(elements[id]!, {
          addEventListener: (_: string, handle: typeof submit) => (submit = handle),
        }),
    },
    location: { hash, pathname: '/join' },
    history: { replaceState: (_state: unknown, _title: string, address: string) => addresses.push(address) },
    fetch: (url: string, { body }: { body: string }) => {
      sent.push({ url, body: JSON.parse(body) });
      return Promise.resolve({ ok: answer.ok, json: () => Promise.resolve(answer.body) });
    },
  });
  runInContext(JOIN_SCRIPT, page);
  const join = async (name: string): Promise<void> => {
    elements.name!.value = name;
    await submit?.({ preventDefault: () => undefined });
  };
  return { elements, sent, addresses, join };
}

describe('The page of an invitation', () => {
  const welcome = { workspace: { name: 'Inspectors' }, role: 'analyst', apiKey: 'vox_00_11' };

  it('sends the token with the name, and shows the key', async () => {
    const page = open('#voxinv_x', { ok: true, body: welcome });
    await page.join('Bea');
    expect(page.sent).toEqual([{ url: '/v1/invitations/accept', body: { token: 'voxinv_x', name: 'Bea' } }]);
    expect(page.elements.result).toMatchObject({ hidden: false, textContent: 'vox_00_11' });
    expect(page.elements.message!.textContent).toContain('Welcome to Inspectors');
  });

  it('takes the token out of the address, so that it is not left in the history', () =>
    expect(open('#voxinv_x', { ok: true, body: welcome }).addresses).toEqual(['/join']));

  it('says what the server says when it refuses', async () => {
    const page = open('#voxinv_x', { ok: false, body: { detail: 'This invitation has expired.' } });
    await page.join('Bea');
    expect(page.elements.message!.textContent).toBe('This invitation has expired.');
    expect(page.elements.form!.hidden).toBe(false);
  });

  it('asks for the whole link where half of it is missing', () => {
    const page = open('', { ok: true, body: welcome });
    expect(page.elements.form!.hidden).toBe(true);
    expect(page.elements.message!.textContent).toContain('whole link');
  });
});
