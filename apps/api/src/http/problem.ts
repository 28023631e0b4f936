import { HttpException } from '@nestjs/common';

/** RFC 9457 problem details. */
export interface ProblemDetails {
  /** Stable name of the kind of problem. */
  type: string;
  title: string;
  status: number;
  /** What happened here, and what to do. */
  detail: string;
  requestId?: string;
}

/** Every kind of problem that this API answers with: status and title by name. */
export const PROBLEMS = {
  'invalid-request': [400, 'The request is not understood'],
  'invalid-after': [400, 'The position in "after" cannot be used'],
  'invalid-file-name': [400, 'The file name cannot be used'],
  'not-authenticated': [401, 'No valid API key'],
  'not-found': [404, 'Not found'],
  'transcript-not-ready': [409, 'The transcript is not there yet'],
  'nothing-to-retry': [409, 'Nothing to retry'],
  'recording-failed': [409, 'The recording could not be processed'],
  'no-speech-found': [404, 'No speech found'],
  erased: [410, 'Erased'],
  'too-large': [413, 'Too large'],
  'not-multipart': [415, 'Not a multipart upload'],
  'empty-file': [422, 'The file is empty'],
  'not-audio': [422, 'Not audio'],
  'no-sound': [422, 'No sound in the file'],
  truncated: [422, 'The file is cut off'],
  'audio-too-long': [422, 'The recording is too long'],
  'audio-too-short': [422, 'The recording is too short'],
  internal: [500, 'Something went wrong here'],
  unavailable: [503, 'Not available at the moment'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemName = keyof typeof PROBLEMS;

/** Thrown anywhere in the API; the filter writes it out. */
export class Problem extends HttpException {
  constructor(
    readonly problem: ProblemName,
    readonly detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail, PROBLEMS[problem][0]);
    this.name = 'Problem';
  }

  toDetails(requestId: string): ProblemDetails {
    const [status, title] = PROBLEMS[this.problem];
    return { type: `urn:voxpersona:problem:${this.problem}`, title, status, detail: this.detail, requestId };
  }
}
