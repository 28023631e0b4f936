import { badRequest } from './refusal';
import { RequestBody, UploadedFile } from './request-body';
import { Wire } from './types';

/** The parameters of one call, read as Telegram reads them: forms bring text where JSON brings values. */
export class Parameters {
  constructor(private readonly body: RequestBody) {}

  has(name: string): boolean {
    return this.body.parameters[name] !== undefined && this.body.parameters[name] !== '';
  }

  /** Empty when it is not there. */
  text(name: string): string {
    const value = this.body.parameters[name];
    if (typeof value === 'string') return value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  }

  integer(name: string): number | undefined {
    const value = Number(this.text(name).trim() || NaN);
    return Number.isSafeInteger(value) ? value : undefined;
  }

  flag(name: string): boolean {
    return ['true', '1', 'yes', 't', 'y'].includes(this.text(name).toLowerCase());
  }

  /**
   * A parameter that is an object or an array.
   *
   * @throws Refusal 400 when it is written as text and is no JSON
   */
  json(name: string, what: string): unknown {
    const value = this.body.parameters[name];
    if (typeof value !== 'string') return value;
    if (value === '') return undefined;
    try {
      return JSON.parse(value);
    } catch {
      throw badRequest(`can't parse ${what} JSON object`);
    }
  }

  object(name: string, what: string): Wire | undefined {
    const value = this.json(name, what);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw badRequest(`object expected as ${what}`);
    return value as Wire;
  }

  /** A file sent with the call, in the part of that name or in the one that it names with attach://. */
  file(name: string): UploadedFile | undefined {
    return this.attached(this.text(name)) ?? this.body.files.get(name);
  }

  /** The file that attach:// names. */
  attached(reference: unknown): UploadedFile | undefined {
    const part = /^attach:\/\/(.+)$/.exec(typeof reference === 'string' ? reference : '')?.[1];
    return part === undefined ? undefined : this.body.files.get(part);
  }
}
