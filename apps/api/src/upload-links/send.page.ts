/** The page behind an upload link. The token stands behind the #, which no browser sends to a server. */
export const SEND_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Send a recording to VoxPersona</title>
    <style>
      body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 34rem; padding: 1rem; }
      form { border: 2px dashed GrayText; border-radius: .5rem; padding: 1.5rem 1rem; text-align: center; }
      form.over { border-color: Highlight; }
      input, button { font: inherit; max-width: 100%; }
      button { padding: .6rem 1.6rem; }
      progress { height: 1.2rem; width: 100%; }
      [hidden] { display: none; }
    </style>
  </head>
  <body>
    <main>
      <h1 id="title">Send a recording</h1>
      <form id="form" hidden>
        <p><label for="file" id="prompt">Choose a file, or drop it here</label></p>
        <p><input id="file" name="file" type="file" accept="audio/*,video/*" required></p>
        <p><button id="send">Send</button></p>
        <p><small id="limits"></small></p>
      </form>
      <p><progress id="progress" max="1" value="0" aria-labelledby="message" hidden></progress></p>
      <p id="message" role="status"></p>
    </main>
    <noscript><p>This page needs JavaScript. Or send the file by POST to /v1/upload-links/use.</p></noscript>
    <script src="/send.js"></script>
  </body>
</html>
`;
