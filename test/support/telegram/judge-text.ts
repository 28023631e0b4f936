import { trimmed, withFoundEntities } from './entities';
import { parseHtml } from './judge-html';
import { Parameters } from './parameters';
import { badRequest } from './refusal';
import { Entity, FormattedText } from './types';

/** Characters (code points), after entities were parsed. */
const MOST_TEXT = 4_096;
const MOST_CAPTION = 1_024;

/**
 * The text of a message.
 *
 * @throws Refusal 400 when it is empty, too long, or its markup cannot be parsed
 */
export function readText(parameters: Parameters): FormattedText {
  const content = formatted(parameters, 'text', 'entities');
  if (content.text === '') throw badRequest('message text is empty');
  if (charactersOf(content.text) > MOST_TEXT) throw badRequest('message is too long');
  return content;
}

/** The caption of a file; may be empty. */
export function readCaption(parameters: Parameters): FormattedText {
  const content = formatted(parameters, 'caption', 'caption_entities');
  if (charactersOf(content.text) > MOST_CAPTION) throw badRequest('message caption is too long');
  return content;
}

function formatted(parameters: Parameters, field: string, entitiesField: string): FormattedText {
  const raw = parameters.text(field);
  if (!raw.isWellFormed()) throw badRequest('strings must be encoded in UTF-8');
  const mode = parameters.text('parse_mode').toLowerCase();
  if (mode === 'html') return withFoundEntities(trimmed(parseHtml(raw)));
  if (mode === 'markdown' || mode === 'markdownv2')
    throw badRequest(`parse_mode ${mode} is not read by this test server`);
  if (mode !== '' && mode !== 'none') throw badRequest('unsupported parse_mode');
  const given = parameters.json(entitiesField, 'entities') ?? [];
  if (!Array.isArray(given)) throw badRequest("can't parse entities: Expected an Array");
  const entities = (given as Entity[]).toSorted((a, b) => a.offset - b.offset || b.length - a.length);
  for (const { offset, length } of entities) {
    if (offset < 0 || offset + length > raw.length)
      throw badRequest(`entity beginning at UTF-16 offset ${offset} ends after the end of the text`);
  }
  return withFoundEntities(trimmed({ text: raw, entities }));
}

/** Code points. */
export function charactersOf(text: string): number {
  return Array.from(text).length;
}
