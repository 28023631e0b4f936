/** A block of numbers, row after row. */
export interface OnnxTensor {
  readonly data: unknown;
}

export interface OnnxSession {
  run(inputs: Readonly<Record<string, OnnxTensor>>): Promise<Partial<Record<string, OnnxTensor>>>;
}

/** The part of onnxruntime-node that is used here. */
export interface OnnxRuntime {
  InferenceSession: {
    create(
      file: string,
      options: { intraOpNumThreads: number; interOpNumThreads: number; logSeverityLevel: 0 | 1 | 2 | 3 | 4 },
    ): Promise<OnnxSession>;
  };
  Tensor: {
    new (type: 'float32', data: Float32Array, dims: readonly number[]): OnnxTensor;
    new (type: 'int64', data: BigInt64Array, dims: readonly number[]): OnnxTensor;
  };
}

/** The library is loaded where it is used: its native half belongs into the process of the model alone. */
export async function openOnnxRuntime(): Promise<OnnxRuntime> {
  // A CommonJS module: what it exports is the default of the import.
  const { default: runtime } = (await import('onnxruntime-node')) as unknown as { default: OnnxRuntime };
  return runtime;
}
