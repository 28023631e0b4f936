import { SEND_WORDS } from './send.words';

/**
 * Takes the token out of the address, asks what the link takes, and sends the file that was chosen or dropped. A file that is
 * sent again after a broken connection carries the same Idempotency-Key: if it did arrive, the page hears so.
 */
export const SEND_SCRIPT = `'use strict';
const WORDS = ${JSON.stringify(SEND_WORDS)};
const language = /^ru\\b/i.test(navigator.language) ? 'ru' : 'en';
const words = WORDS[language];
const find = (id) => document.getElementById(id);
const [title, form, prompt, file, send, limits, progress, message] =
  ['title', 'form', 'prompt', 'file', 'send', 'limits', 'progress', 'message'].map(find);
const token = location.hash.slice(1);
const headers = { Authorization: 'Upload ' + token };
let maxBytes = Infinity;
let dropped = null;
let attempt = { file: null, key: '' };

history.replaceState(null, '', location.pathname);
document.documentElement.lang = language;
document.title = title.textContent = words.title;
prompt.textContent = words.prompt;
send.textContent = words.send;

const fill = (text, values) => text.replace(/\\{(\\w+)\\}/g, (_, name) => values[name]);
const sizeOf = (bytes) => {
  const [size, unit] = bytes >= 2 ** 30 ? [2 ** 30, words.gigabytes] : [2 ** 20, words.megabytes];
  return new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(bytes / size) + ' ' + unit;
};
const nameOf = (problem) => String((problem && problem.type) || '').split(':').pop();
/** English is what the server says; for what has no words here too. */
const explain = (problem) =>
  words.problems[nameOf(problem)] || (problem && problem.detail) || words.failed;
/** No other file would change that. */
const isOver = (problem) => nameOf(problem).startsWith('upload-link-');

function show(text, isOpen) {
  message.textContent = text;
  form.hidden = !isOpen;
  send.disabled = false;
  progress.hidden = true;
}

async function begin() {
  if (!token) return show(words.incomplete, false);
  message.textContent = words.wait;
  try {
    const response = await fetch('/v1/upload-links/status', { method: 'POST', headers });
    const answer = await response.json();
    if (!response.ok) return show(explain(answer), false);
    maxBytes = answer.maxBytes;
    const until = new Date(answer.expiresAt).toLocaleString(language);
    limits.textContent = fill(words.limits, { until, size: sizeOf(maxBytes), hours: answer.maxHours });
    show('', true);
  } catch {
    show(words.unreachable, false);
  }
}

function upload(chosen) {
  if (chosen.size > maxBytes) return show(fill(words.tooLarge, { size: sizeOf(maxBytes) }), true);
  if (attempt.file !== chosen) attempt = { file: chosen, key: Date.now() + '-' + Math.random() };
  const request = new XMLHttpRequest();
  request.open('POST', '/v1/upload-links/use');
  request.setRequestHeader('Authorization', headers.Authorization);
  request.setRequestHeader('Idempotency-Key', attempt.key);
  request.upload.addEventListener('progress', (event) => {
    if (!event.lengthComputable) return;
    progress.value = event.loaded / event.total;
    message.textContent = fill(words.sending, { percent: Math.floor(progress.value * 100) });
  });
  request.upload.addEventListener('load', () => {
    progress.removeAttribute('value');
    message.textContent = words.checking;
  });
  request.addEventListener('load', () => answered(request));
  request.addEventListener('error', () => show(words.broken, true));
  request.addEventListener('abort', () => show(words.broken, true));
  const body = new FormData();
  body.append('file', chosen, chosen.name);
  send.disabled = true;
  progress.value = 0;
  progress.hidden = false;
  message.textContent = fill(words.sending, { percent: 0 });
  request.send(body);
}

function answered(request) {
  let answer = null;
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    // A proxy that has its own pages for errors; the status says enough.
  }
  if (request.status >= 200 && request.status < 300 && answer) {
    return show(answer.duplicate ? words.duplicate : words.done, false);
  }
  show(explain(answer), !isOver(answer));
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const chosen = dropped || file.files[0];
  if (chosen) upload(chosen);
});
file.addEventListener('change', () => {
  dropped = null;
});
for (const name of ['dragover', 'dragleave', 'drop']) {
  // On the whole page: a file that misses the field would otherwise be opened in its place.
  document.addEventListener(name, (event) => {
    event.preventDefault();
    form.className = name === 'dragover' ? 'over' : '';
    if (name !== 'drop' || form.hidden || send.disabled || !event.dataTransfer.files[0]) return;
    dropped = event.dataTransfer.files[0];
    upload(dropped);
  });
}
begin();
`;
