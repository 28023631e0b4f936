const SCHEMES = ['http:', 'https:', 'tg:', 'ton:'];

/** A link as Telegram would keep it, or undefined where it would not take it: no such scheme, or a host without a dot. */
export function checkedLink(written: string): string | undefined {
  const text = written.trim();
  const full = /^[a-z][a-z\d+.-]*:/i.test(text) && !/^[^/]+:\d+(\/|$)/.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full)) return undefined;
  const url = new URL(full);
  if (!SCHEMES.includes(url.protocol)) return undefined;
  if (!url.protocol.startsWith('http')) return url.href;
  return url.hostname.includes('.') || url.hostname.startsWith('[') ? url.href : undefined;
}

/** The user that a tg://user?id=… link means. */
export function linkedUser(link: string): number | undefined {
  const id = /^tg:(?:\/\/)?user\?id=(\d+)$/i.exec(link.trim())?.[1];
  return id === undefined ? undefined : Number(id);
}
