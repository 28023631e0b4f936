/** The page behind an invitation's link. The token stands behind the #, which no browser sends to a server. */
export const JOIN_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Join a workspace of VoxPersona</title>
  </head>
  <body>
    <main>
      <h1>You are invited to a workspace</h1>
      <form id="form">
        <p><label>Your name, as the others will see it<br>
          <input id="name" name="name" autocomplete="name" maxlength="200" required autofocus></label></p>
        <p><button id="join">Join</button></p>
      </form>
      <p id="message" role="status"></p>
      <output id="result" hidden></output>
    </main>
    <noscript><p>This page needs JavaScript. Or send the token by POST to /v1/invitations/accept.</p></noscript>
    <script src="/join.js"></script>
  </body>
</html>
`;

/**
 * Takes the token out of the address, sends it with the name, and shows the key that comes back.
 *
 * An attempt has an Idempotency-Key. Until its outcome is known, the browser keeps it with the name that was sent, so that
 * every further attempt, also from the link opened again, is the same request and gets the key that the first one made.
 */
export const JOIN_SCRIPT = `'use strict';
const form = document.getElementById('form');
const nameField = document.getElementById('name');
const join = document.getElementById('join');
const message = document.getElementById('message');
const result = document.getElementById('result');
const token = location.hash.slice(1);
history.replaceState(null, '', location.pathname);

// Only the id of the invitation: the token is not kept.
const place = 'voxpersona join ' + token.split('_')[2];
function recall() {
  try {
    return JSON.parse(localStorage.getItem(place));
  } catch {
    return null;
  }
}
function keep(value) {
  attempt = value;
  nameField.readOnly = value !== null;
  try {
    if (value) localStorage.setItem(place, JSON.stringify(value));
    else localStorage.removeItem(place);
  } catch {
    // Without storage the attempt lasts as long as the page.
  }
}
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

let attempt = recall();
if (!token) {
  form.hidden = true;
  message.textContent = 'This link is not complete. Open the whole link that you were sent.';
} else if (attempt) {
  nameField.value = attempt.name;
  nameField.readOnly = true;
  message.textContent = 'The server has not answered yet. Press Join to ask again.';
}
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  message.textContent = 'One moment …';
  join.disabled = true;
  if (!attempt) keep({ key: newKey(), name: nameField.value });
  try {
    const response = await fetch('/v1/invitations/accept', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': attempt.key },
      body: JSON.stringify({ token, name: attempt.name }),
    });
    const answer = await response.json();
    if (!response.ok) {
      message.textContent = answer.detail;
      // Refused for good: nothing was done, and the next attempt may have another name.
      if (response.status < 500 && !response.headers.has('Retry-After')) keep(null);
      return;
    }
    keep(null);
    form.hidden = true;
    message.textContent =
      'Welcome to ' + answer.workspace.name + '. You are its ' + answer.role + '. This is your key, shown this once:';
    result.textContent = answer.apiKey;
    result.hidden = false;
  } catch {
    message.textContent = 'The server cannot be reached. Try again.';
  } finally {
    join.disabled = false;
  }
});
`;
