import { checkedLink, linkedUser } from './links';
import { Parameters } from './parameters';
import { badRequest } from './refusal';
import { Wire } from './types';

const MOST_BUTTONS = 100;
const MOST_DATA_BYTES = 64;

/** What a button can do beside carrying data or a URL; any one of them makes it a button. */
const OTHER_ACTIONS = [
  ...['web_app', 'login_url', 'switch_inline_query', 'switch_inline_query_current_chat'],
  ...['switch_inline_query_chosen_chat', 'callback_game', 'pay', 'copy_text'],
];

/**
 * The keyboard of a call.
 *
 * @returns undefined when there is none
 * @throws Refusal 400: BUTTON_DATA_INVALID and its like
 */
export function readMarkup(parameters: Parameters): Wire | undefined {
  const markup = parameters.object('reply_markup', 'reply markup');
  if (!markup) return undefined;
  if (markup.inline_keyboard === undefined) return markup;
  const rows = markup.inline_keyboard;
  if (!Array.isArray(rows))
    throw badRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays');
  const kept = rows.map((row: unknown) => {
    if (!Array.isArray(row))
      throw badRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays');
    return row.map(readButton);
  });
  if (kept.flat().length > MOST_BUTTONS) throw badRequest('reply markup is too long');
  return { inline_keyboard: kept.filter((row) => row.length > 0) };
}

function readButton(button: unknown): Wire {
  if (typeof button !== 'object' || button === null)
    throw badRequest("can't parse inline keyboard button: InlineKeyboardButton must be an Object");
  const { text, callback_data: data, url, ...rest } = button as Wire;
  if (typeof text !== 'string')
    throw badRequest('can\'t parse inline keyboard button: Can\'t find field "text"');
  if (text.trim() === '') throw badRequest('BUTTON_TEXT_INVALID');
  if (typeof url === 'string') {
    const link = checkedLink(url);
    if (link === undefined && linkedUser(url) === undefined)
      throw badRequest(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`);
    return { text, url: link ?? url };
  }
  if (typeof data === 'string') {
    const bytes = Buffer.byteLength(data);
    if (bytes < 1 || bytes > MOST_DATA_BYTES) throw badRequest('BUTTON_DATA_INVALID');
    return { text, callback_data: data };
  }
  if (!OTHER_ACTIONS.some((action) => Object.hasOwn(rest, action)))
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  return { text, ...rest };
}
