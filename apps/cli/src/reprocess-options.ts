import { ReprocessingWork, SCENARIOS } from '@voxpersona/domain';
import { RecordingFilter, RecordingStatus } from '@voxpersona/projections';
import { InvalidArgumentError } from 'commander';

export interface ReprocessOptions {
  owner: string;
  retranscribe?: boolean;
  report?: string;
  language?: string;
  status?: string;
  scenario?: string;
  spoken?: string;
  uploadedFrom?: string;
  uploadedBefore?: string;
  fileName?: string;
  json?: boolean;
}

/** What was asked for cannot be begun; the message says why. */
export class ReprocessRefused extends Error {}

const STATUSES: readonly RecordingStatus[] = ['processing', 'ready', 'no_speech', 'cancelled', 'failed'];

/** @throws ReprocessRefused unless it is one thing */
export function workOf({ retranscribe = false, report, language }: ReprocessOptions): ReprocessingWork {
  if (retranscribe === (report !== undefined)) {
    throw new ReprocessRefused('Say what to do: --retranscribe, or --report TYPE.');
  }
  if (language !== undefined && !/^[a-z]{2}$/.test(language)) {
    throw new ReprocessRefused('--language takes a two-letter ISO 639-1 code such as "en".');
  }
  return report === undefined
    ? { kind: 'retranscribe', language: language ?? null }
    : { kind: 'report', reportType: report, language: language ?? null };
}

/** @throws ReprocessRefused for what no recording can be */
export function filterOf(options: ReprocessOptions): RecordingFilter {
  const { spoken: language, fileName } = options;
  return {
    ...{ language, fileName },
    status: options.status?.split(',').map((name) => oneOf('--status', STATUSES, name)),
    scenario: options.scenario === undefined ? undefined : oneOf('--scenario', SCENARIOS, options.scenario),
    uploadedFrom: timeOf('--uploaded-from', options.uploadedFrom),
    uploadedBefore: timeOf('--uploaded-before', options.uploadedBefore),
  };
}

function oneOf<Name extends string>(option: string, names: readonly Name[], given: string): Name {
  const known = names.find((name) => name === given);
  if (known === undefined) throw new ReprocessRefused(`${option} takes one of: ${names.join(', ')}.`);
  return known;
}

function timeOf(option: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const time = new Date(given);
  if (Number.isNaN(time.getTime())) throw new ReprocessRefused(`${option} takes a time, such as 2026-11-24.`);
  return time.toISOString();
}

export function toMoney(text: string): number {
  const amount = Number(text);
  if (text.trim() !== '' && Number.isFinite(amount) && amount >= 0) return amount;
  throw new InvalidArgumentError('It takes an amount of US dollars, such as 2.50.');
}
