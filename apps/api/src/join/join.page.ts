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
        <p><button>Join</button></p>
      </form>
      <p id="message" role="status"></p>
      <output id="result" hidden></output>
    </main>
    <noscript><p>This page needs JavaScript. Or send the token by POST to /v1/invitations/accept.</p></noscript>
    <script src="/join.js"></script>
  </body>
</html>
`;

/** Takes the token out of the address, sends it with the name, and shows the key that comes back, once. */
export const JOIN_SCRIPT = `'use strict';
const form = document.getElementById('form');
const message = document.getElementById('message');
const result = document.getElementById('result');
const token = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
if (!token) {
  form.hidden = true;
  message.textContent = 'This link is not complete. Open the whole link that you were sent.';
}
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  message.textContent = 'One moment …';
  try {
    const response = await fetch('/v1/invitations/accept', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token, name: document.getElementById('name').value }),
    });
    const answer = await response.json();
    if (!response.ok) {
      message.textContent = answer.detail;
      return;
    }
    form.hidden = true;
    message.textContent =
      'Welcome to ' + answer.workspace.name + '. You are its ' + answer.role + '. This is your key, shown this once:';
    result.textContent = answer.apiKey;
    result.hidden = false;
  } catch {
    message.textContent = 'The server cannot be reached. Try again.';
  }
});
`;
