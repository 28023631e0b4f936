import { ProviderFailureCode } from '../provider-failure';

/** What a worker is started with. */
export interface WorkerStart {
  kind: 'start';
  /** The model's own folder, whole. */
  folder: string;
  quantized: boolean;
  /** Files, relative to the folder, by whose content the model is known. */
  identifiedBy: readonly string[];
}

/** What a worker is told. */
export type ToWorker<Request> =
  | WorkerStart
  | { kind: 'request'; id: number; request: Request }
  /** Nobody waits for this answer any more. */
  | { kind: 'forget'; id: number };

/** What a worker says. */
export type FromWorker<Answer, Facts> =
  | { kind: 'ready'; fingerprint: string; facts: Facts }
  /** The model cannot be loaded. */
  | { kind: 'unusable'; message: string }
  | { kind: 'answer'; id: number; answer: Answer }
  | { kind: 'failure'; id: number; code: ProviderFailureCode; message: string };
