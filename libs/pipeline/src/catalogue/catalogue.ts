import { createHash } from 'node:crypto';
import { z } from 'zod';

/** One part of a report type, ready to be written. */
export interface ReportPart {
  id: string;
  titles: Titles;
  /** The prompt: what a language model is asked to write. */
  instructions: string;
  /** First 12 hex digits of the prompt's SHA-256: changes exactly when the prompt does. */
  promptVersion: string;
  maxOutputTokens: number;
}

export interface ReportType {
  id: string;
  titles: Titles;
  /** In the order of reading. */
  parts: readonly ReportPart[];
}

export interface Titles {
  en: string;
  ru: string;
}

/** The report types of this installation, by id. */
export type Catalogue = ReadonlyMap<string, ReportType>;

/** The files of one report type, as read. */
export interface ReportTypeFiles {
  /** Name of the folder; must be the id. */
  folder: string;
  /** Content of report.json. */
  definition: string;
  /** Contents of the prompts, by file name. */
  prompts: ReadonlyMap<string, string>;
}

/** All that is wrong with the catalogue's files. */
export class CatalogueInvalid extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The catalogue has faults:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
    this.name = 'CatalogueInvalid';
  }
}

const id = z.string().regex(/^[a-z][a-z0-9-]*$/, 'small letters, digits and dashes');
const titles = z.strictObject({ en: z.string().min(1), ru: z.string().min(1) });
const definitionSchema = z.strictObject({
  id,
  titles,
  parts: z
    .array(z.strictObject({ id, titles, maxOutputTokens: z.number().int().min(100).max(100_000) }))
    .min(1),
});

/**
 * Makes a catalogue of files that were read.
 *
 * @throws CatalogueInvalid with every fault of every file
 */
export function parseCatalogue(files: readonly ReportTypeFiles[]): Catalogue {
  const faults: string[] = [];
  const catalogue = new Map<string, ReportType>();
  for (const file of files) {
    const type = parseReportType(file, faults);
    if (type) catalogue.set(type.id, type);
  }
  if (files.length === 0) faults.push('there is no report type in it');
  if (faults.length > 0) throw new CatalogueInvalid(faults);
  return catalogue;
}

function parseReportType(
  { folder, definition, prompts }: ReportTypeFiles,
  faults: string[],
): ReportType | undefined {
  const where = `reports/${folder}/report.json`;
  const parsed = definitionSchema.safeParse(parseJson(definition));
  if (!parsed.success) {
    faults.push(
      ...parsed.error.issues.map((issue) => `${where}: ${issue.path.join('.') || 'file'}: ${issue.message}`),
    );
    return undefined;
  }
  const type = parsed.data;
  if (type.id !== folder) faults.push(`${where}: id is ${type.id} but the folder is ${folder}`);
  const parts = type.parts.map((part): ReportPart => {
    const instructions = prompts.get(`${part.id}.md`)?.trim() ?? '';
    if (instructions === '') faults.push(`reports/${folder}/${part.id}.md: missing or empty`);
    const promptVersion = createHash('sha256').update(instructions).digest('hex').slice(0, 12);
    return { ...part, instructions, promptVersion };
  });
  if (new Set(parts.map((part) => part.id)).size < parts.length)
    faults.push(`${where}: two parts share an id`);
  return { id: type.id, titles: type.titles, parts };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Title of a report type, or of one of its parts; its id where the catalogue no longer has it. */
export function titleOf(
  catalogue: Catalogue,
  { type, language }: { type: string; language: string | null },
  part?: string,
): string {
  const known = catalogue.get(type);
  const titled = part === undefined ? known : known?.parts.find((candidate) => candidate.id === part);
  return titled?.titles[language === 'ru' ? 'ru' : 'en'] ?? part ?? type;
}
