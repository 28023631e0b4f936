import { onnx } from 'onnx-proto';

/** Versions that every ONNX Runtime of the last years reads. */
const IR_VERSION = 8;
const OPSET = 13;

export const FLOAT = onnx.TensorProto.DataType.FLOAT;
export const INT64 = onnx.TensorProto.DataType.INT64;

/** A graph, in the order of its work. */
export interface Graph {
  inputs: onnx.IValueInfoProto[];
  constants: onnx.ITensorProto[];
  nodes: onnx.INodeProto[];
  outputs: onnx.IValueInfoProto[];
}

/** An input or output. A dimension is a number, or a name where it varies. */
export function port(
  name: string,
  elemType: onnx.TensorProto.DataType,
  dimensions: (string | number)[],
): onnx.IValueInfoProto {
  const dim = dimensions.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

/** Numbers that are part of the model. */
export function constant(
  name: string,
  dims: number[],
  values: Float32Array | BigInt64Array,
): onnx.ITensorProto {
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dims, dataType: values instanceof Float32Array ? FLOAT : INT64, rawData };
}

/** One operation, with its whole-number attributes. */
export function operation(
  opType: string,
  input: string[],
  output: string,
  attributes: Record<string, number> = {},
): onnx.INodeProto {
  const type = onnx.AttributeProto.AttributeType.INT;
  const attribute = Object.entries(attributes).map(([name, i]) => ({ name, type, i }));
  return { opType, name: output, input, output: [output], attribute };
}

/** The content of a `.onnx` file. */
export function onnxFile(graph: Graph): Uint8Array {
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    producerName: 'voxpersona-tests',
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: 'tiny',
      input: graph.inputs,
      initializer: graph.constants,
      node: graph.nodes,
      output: graph.outputs,
    },
  });
  return onnx.ModelProto.encode(model).finish();
}
