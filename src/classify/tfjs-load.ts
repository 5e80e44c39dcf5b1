import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { NetworkPort } from './network.ts';
import type { Operations } from './operations.ts';
import type { TfjsModel } from './tfjs-file.ts';

/** Layers that a message names: large networks have hundreds. */
const LAYERS_NAMED = 12;

/** A model of TensorFlow.js that is loaded, whichever of its two kinds it is. */
export interface LoadedTfjs {
  inputs: NetworkPort[];
  outputs: NetworkPort[];
  operations: Operations;
  /** Computes the tensor of this name; to be called where tensors are tidied up. */
  compute(input: string, tensor: Tensor, output: string): Tensor;
  dispose(): void;
}

/** Loads a graph model: every node of it can be computed by its name. */
export async function loadGraph(model: TfjsModel): Promise<LoadedTfjs> {
  const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
  const graph = await loadGraphModel({ load: () => Promise.resolve(model) });
  return {
    inputs: graph.inputs.map(({ name, shape, dtype }) => portOf(name, shape, dtype)),
    outputs: graph.outputs.map(({ name, shape, dtype }) => portOf(name, shape, dtype)),
    operations: graphOperations(model.modelTopology),
    compute: (input, tensor, output) => single(graph.execute({ [input]: tensor }, output), output),
    dispose: () => graph.dispose(),
  };
}

/** Loads a layers model: the output of every layer can be computed by the layer's name. */
export async function loadLayers(model: TfjsModel): Promise<LoadedTfjs> {
  const { loadLayersModel, model: modelOf } = await import('@tensorflow/tfjs-layers');
  const layers = await loadLayersModel({ load: () => Promise.resolve(model) });
  const parts = new Map<string, LayersModel>();
  const partOf = (output: string): LayersModel => {
    const known = parts.get(output);
    if (known !== undefined) return known;
    const part = modelOf({ inputs: layers.inputs, outputs: outputOf(layers, output) });
    parts.set(output, part);
    return part;
  };
  const outputs = layers.outputs.map(({ sourceLayer, shape, dtype }) => portOf(sourceLayer.name, shape, dtype));
  return {
    // Names of inputs that nobody named depend on what was loaded before: the order has to do.
    inputs: layers.inputs.map(({ shape, dtype }, at) => portOf(inputName(at), shape, dtype)),
    outputs,
    operations: layerOperations(layers),
    compute: (_, tensor, output) => single(partOf(output).predictOnBatch(tensor), output),
    dispose: () => void layers.dispose(),
  };
}

function inputName(at: number): string {
  return at === 0 ? 'input' : `input_${at + 1}`;
}

/** TensorFlow.js has no uint8: a network of bytes takes them as int32. */
function portOf(name: string, shape: readonly (number | null)[] | undefined, dtype: string | undefined): NetworkPort {
  const sides = shape?.map((side) => (side !== null && side > 0 ? side : undefined));
  return { name, type: dtype === 'int32' ? 'uint8' : (dtype ?? 'float32'), shape: sides };
}

function single(found: Tensor | Tensor[], output: string): Tensor {
  if (!Array.isArray(found)) return found;
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  throw new Error(`expected one tensor as "${output}", found ${found.length}`);
}

/** Of a GraphDef in JSON; `^name` only orders, `name:0` is the first output of `name`. */
function graphOperations(topology: object): Operations {
  const nodes: unknown = 'node' in topology ? topology.node : [];
  const operations = new Map<string, { op: string; inputs: string[] }>();
  for (const node of Array.isArray(nodes) ? (nodes as unknown[]) : []) {
    const { name, op, input } = node as { name?: unknown; op?: unknown; input?: unknown };
    const inputs = Array.isArray(input) ? input.map(String).filter((one) => !one.startsWith('^')) : [];
    operations.set(String(name), { op: String(op), inputs: inputs.map((one) => one.replace(/:0$/, '')) });
  }
  return operations;
}

/** A layer that is used inside of this model was last used by it: a model within a model had a use of its own before. */
function layerOperations({ layers, inputs: ports }: LayersModel): Operations {
  const named = new Map(ports.map(({ sourceLayer }, at) => [sourceLayer.name, inputName(at)]));
  const operations = layers
    .filter(({ name }) => !named.has(name))
    .map((layer) => {
      const inputs = layer.inboundNodes.at(-1)?.inboundLayers.map(({ name }) => named.get(name) ?? name) ?? [];
      return [layer.name, { op: layer.getClassName(), inputs }] as const;
    });
  return new Map(operations);
}

/** What a layer gives in this model; throws where there is no such layer. */
export function outputOf(model: LayersModel, name: string): SymbolicTensor {
  const layer = model.layers.find((one) => one.name === name);
  if (layer === undefined) {
    const last = model.layers.slice(-LAYERS_NAMED).map((one) => one.name);
    throw new Error(`expected the layer "${name}", found others, the last of which are ${last.join(', ')}`);
  }
  const output = layer.getOutputAt(layer.inboundNodes.length - 1);
  if (!Array.isArray(output)) return output;
  throw new Error(`expected one output of the layer "${name}", found ${output.length}`);
}
