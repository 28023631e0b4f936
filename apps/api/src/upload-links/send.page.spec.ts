import { createContext, runInContext } from 'node:vm';
import { SEND_PAGE } from './send.page';
import { SEND_SCRIPT } from './send.script';
import { SEND_WORDS } from './send.words';

type Handler = (event: Record<string, unknown>) => void;

/** Something that scripts listen to. */
class FakeTarget {
  readonly handlers: Record<string, Handler> = {};

  addEventListener(name: string, handle: Handler): void {
    this.handlers[name] = handle;
  }

  emit(name: string, event: Record<string, unknown> = {}): void {
    this.handlers[name]?.({ preventDefault: () => undefined, ...event });
  }
}

class FakeElement extends FakeTarget {
  hidden = false;
  disabled = false;
  textContent = '';
  className = '';
  value: unknown = '';
  files: unknown[] = [];

  removeAttribute(name: 'value'): void {
    this[name] = undefined;
  }
}

class FakeRequest extends FakeTarget {
  readonly upload = new FakeTarget();
  readonly headers: Record<string, string> = {};
  address = '';
  body: Map<string, unknown> | undefined;
  status = 0;
  responseText = '';

  open(method: string, url: string): void {
    this.address = `${method} ${url}`;
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  send(body: Map<string, unknown>): void {
    this.body = body;
  }

  answer(status: number, body: unknown): void {
    Object.assign(this, { status, responseText: typeof body === 'string' ? body : JSON.stringify(body) });
    this.emit('load');
  }
}

const GOOD = { expiresAt: '2026-11-25T10:00:00.000Z', maxBytes: 2 * 1024 ** 3, maxHours: 24 };
const TALK = { name: 'talk.ogg', size: 1_000 };
const problem = (name: string, detail = 'As the server says.') => ({
  type: `urn:voxpersona:problem:${name}`,
  detail,
});

/** The script in a page that has the elements it asks for, opened at an address. */
async function open(
  options: { hash?: string; language?: string; status?: { ok: boolean; body: unknown } | 'unreachable' } = {},
) {
  const { hash = '#voxup_x', language = 'en-GB', status = { ok: true, body: GOOD } } = options;
  const elements: Record<string, FakeElement> = {};
  for (const [, id] of SEND_PAGE.matchAll(/ id="(\w+)"/g)) elements[id!] = new FakeElement();
  const document = Object.assign(new FakeTarget(), {
    documentElement: { lang: '' },
    title: '',
    getElementById: (id: string) => elements[id],
  });
  const asked: unknown[] = [];
  const addresses: string[] = [];
  const requests: FakeRequest[] = [];
  const page = createContext({
    document,
    navigator: { language },
    location: { hash, pathname: '/send' },
    history: { replaceState: (_state: unknown, _title: string, address: string) => addresses.push(address) },
    fetch: (url: string, init: unknown) => {
      asked.push({ url, init });
      if (status === 'unreachable') return Promise.reject(new Error('offline'));
      return Promise.resolve({ ok: status.ok, json: () => Promise.resolve(status.body) });
    },
    FormData: class extends Map<string, unknown> {
      append(name: string, value: unknown): void {
        this.set(name, value);
      }
    },
    XMLHttpRequest: class extends FakeRequest {
      constructor() {
        super();
        requests.push(this);
      }
    },
  });
  runInContext(SEND_SCRIPT, page);
  await new Promise(setImmediate);
  const { form, file, message, progress, send, limits } = elements;
  const choose = (chosen: object): FakeRequest | undefined => {
    file!.files = [chosen];
    file!.emit('change');
    form!.emit('submit');
    return requests.at(-1);
  };
  return {
    ...{ document, asked, addresses, requests, choose },
    ...{ form: form!, message: message!, progress: progress!, send: send!, limits: limits! },
  };
}

describe('The page of an upload link', () => {
  it('asks with the token whether the link is good, and says what it takes', async () => {
    const page = await open();
    expect(page.asked).toEqual([
      {
        url: '/v1/upload-links/status',
        init: { method: 'POST', headers: { Authorization: 'Upload voxup_x' } },
      },
    ]);
    expect(page.form.hidden).toBe(false);
    expect(page.limits.textContent).toMatch(/2 GB and 24 hours.*2026/);
    expect(page.addresses).toEqual(['/send']);
  });

  it('sends the file, shows how far it is, and says when it is done', async () => {
    const page = await open();
    const request = page.choose(TALK)!;
    expect(request.address).toBe('POST /v1/upload-links/use');
    expect(request.headers.Authorization).toBe('Upload voxup_x');
    expect(request.body?.get('file')).toBe(TALK);
    expect([page.send.disabled, page.progress.hidden]).toEqual([true, false]);
    request.upload.emit('progress', { lengthComputable: true, loaded: 250, total: 1_000 });
    expect(page.progress.value).toBe(0.25);
    expect(page.message.textContent).toContain('25 %');
    request.upload.emit('load');
    expect(page.message.textContent).toBe(SEND_WORDS.en.checking);
    request.answer(202, { id: 'x', duplicate: false });
    expect(page.message.textContent).toBe(SEND_WORDS.en.done);
    expect([page.form.hidden, page.progress.hidden]).toEqual([true, true]);
  });

  it('says that a recording was there already', async () => {
    const page = await open();
    page.choose(TALK)!.answer(200, { id: 'x', duplicate: true });
    expect(page.message.textContent).toBe(SEND_WORDS.en.duplicate);
  });

  it('takes what is dropped anywhere', async () => {
    const page = await open();
    page.document.emit('dragover');
    expect(page.form.className).toBe('over');
    page.document.emit('drop', { dataTransfer: { files: [TALK] } });
    expect(page.requests[0]?.body?.get('file')).toBe(TALK);
    expect(page.form.className).toBe('');
    // One at a time.
    page.document.emit('drop', { dataTransfer: { files: [{ name: 'b.ogg', size: 1 }] } });
    expect(page.requests).toHaveLength(1);
  });

  it('lets another file be chosen where one was refused', async () => {
    const page = await open();
    page.choose(TALK)!.answer(422, problem('not-audio', 'ffmpeg finds no audio.'));
    expect(page.message.textContent).toBe('ffmpeg finds no audio.');
    expect([page.form.hidden, page.send.disabled]).toEqual([false, false]);
    page.choose({ name: 'b.ogg', size: 1 });
    const [first, second] = page.requests;
    expect(first!.headers['Idempotency-Key']).not.toBe(second!.headers['Idempotency-Key']);
  });

  it('sends a file again under the same name when the connection broke', async () => {
    const page = await open();
    page.choose(TALK)!.emit('error');
    expect(page.message.textContent).toBe(SEND_WORDS.en.broken);
    expect(page.form.hidden).toBe(false);
    page.choose(TALK);
    const [first, second] = page.requests;
    expect(first!.headers['Idempotency-Key']).toMatch(/^[!-~]+$/);
    expect(first!.headers['Idempotency-Key']).toBe(second!.headers['Idempotency-Key']);
  });

  it('does not send what is too large', async () => {
    const page = await open({ status: { ok: true, body: { ...GOOD, maxBytes: 1024 ** 2 } } });
    page.choose({ name: 'a.wav', size: 1024 ** 2 + 1 });
    expect(page.requests).toEqual([]);
    expect(page.message.textContent).toContain('1 MB');
  });

  it('closes when the link is no longer good', async () => {
    const page = await open({
      status: { ok: false, body: problem('upload-link-expired', 'It has expired.') },
    });
    expect([page.form.hidden, page.message.textContent]).toEqual([true, 'It has expired.']);
    const late = await open();
    late.choose(TALK)!.answer(410, problem('upload-link-used', 'It was used.'));
    expect([late.form.hidden, late.message.textContent]).toEqual([true, 'It was used.']);
  });

  it('finds words for a page of errors that a proxy sent', async () => {
    const page = await open();
    page.choose(TALK)!.answer(502, '<html>');
    expect([page.form.hidden, page.message.textContent]).toEqual([false, SEND_WORDS.en.failed]);
  });

  it('asks for the whole link where half of it is missing, and says when nobody answers', async () => {
    const page = await open({ hash: '' });
    expect([page.form.hidden, page.message.textContent]).toEqual([true, SEND_WORDS.en.incomplete]);
    expect(page.asked).toEqual([]);
    const offline = await open({ status: 'unreachable' });
    expect([offline.form.hidden, offline.message.textContent]).toEqual([true, SEND_WORDS.en.unreachable]);
  });

  it('speaks Russian to those who do', async () => {
    const page = await open({ language: 'ru-RU' });
    expect(page.document.title).toBe('Отправить запись');
    expect(page.document.documentElement.lang).toBe('ru');
    page.choose(TALK)!.answer(422, problem('not-audio'));
    expect(page.message.textContent).toContain('нет ни звука');
    page.choose(TALK)!.answer(418, problem('unheard-of', 'In English.'));
    expect(page.message.textContent).toBe('In English.');
  });

  it('has all its words in both languages', () => {
    expect(Object.keys(SEND_WORDS.ru)).toEqual(Object.keys(SEND_WORDS.en));
  });
});
