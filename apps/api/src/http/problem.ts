import { HttpException } from '@nestjs/common';
import { PROBLEMS, ProblemName } from './problems';

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
    return { type: problemType(this.problem), title, status, detail: this.detail, requestId };
  }
}

export function problemType(name: ProblemName): string {
  return `urn:voxpersona:problem:${name}`;
}
