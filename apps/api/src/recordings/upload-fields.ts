import { CHANNEL_MODES, ChannelMode, SCENARIOS } from '@voxpersona/domain';
import { Catalogue } from '@voxpersona/pipeline';
import { z } from 'zod';
import { Problem } from '../http/problem';
import { validate } from '../http/validate';

const detailsSchema = z
  .record(z.string().min(1).max(100), z.string().max(2_000))
  .refine((details) => Object.keys(details).length <= 50, 'at most 50 details');

export const DEFAULT_SCENARIO = 'interview';
export const languageField = z
  .string()
  .regex(/^[a-z]{2}$/, 'must be a two-letter ISO 639-1 code such as "en", or be left out')
  .nullable()
  .default(null);

export const channelsField = z.enum(CHANNEL_MODES).nullable().default(null);

const fieldsSchema = z.object({
  scenario: z.enum(SCENARIOS).default(DEFAULT_SCENARIO),
  language: languageField,
  channels: channelsField,
});

export interface UploadFields {
  scenario: (typeof SCENARIOS)[number];
  language: string | null;
  /** Null: as the workspace has it. */
  channels: ChannelMode | null;
  details: Record<string, string>;
  reports: string[];
}

/** Report types that every recording gets unless told otherwise. */
export const DEFAULT_REPORTS = ['summary'];

/** Reads the form fields of an upload. @throws Problem 400 */
export function readUploadFields(fields: ReadonlyMap<string, string>, catalogue: Catalogue): UploadFields {
  const plain = validate(
    fieldsSchema,
    {
      scenario: fields.get('scenario'),
      language: fields.get('language'),
      channels: fields.get('channels'),
    },
    'form',
  );
  return {
    ...plain,
    details: readDetails(fields.get('details')),
    reports: readReports(fields.get('reports'), catalogue),
  };
}

function readDetails(text: string | undefined): Record<string, string> {
  if (text === undefined || text.trim() === '') return {};
  const wellFormed = parseJson(text);
  return validate(detailsSchema, wellFormed, 'details');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(
      'invalid-request',
      'details: must be JSON, an object of texts such as {"client": "Ann"}',
    );
  }
}

function readReports(text: string | undefined, catalogue: Catalogue): string[] {
  if (text === undefined) return DEFAULT_REPORTS;
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const problem = unknownReportType(names, catalogue);
  if (problem) throw problem;
  return [...new Set(names)];
}

/** The problem with report types that the catalogue does not have; undefined when it has them all. */
export function unknownReportType(names: readonly string[], catalogue: Catalogue): Problem | undefined {
  const unknown = names.find((name) => !catalogue.has(name));
  if (unknown === undefined) return undefined;
  const known = [...catalogue.keys()].join(', ');
  return new Problem(
    'unknown-report-type',
    `There is no report type ${JSON.stringify(unknown.slice(0, 100))}. Types are: ${known}.`,
  );
}
