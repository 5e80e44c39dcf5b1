import { errorMessage, IngestError } from '../domain/errors.ts';
import type { BackboneInterface } from './backbone-schema.ts';
import type { InferenceBackend } from './backend.ts';
import {
  chooseFeatureAxis,
  chooseInput,
  chooseOutput,
  type InterfaceWishes,
  isDefaultInterface,
} from './choose-interface.ts';
import { backendOf, type Network } from './network.ts';
import { openOnnxNetwork } from './onnx.ts';
import { exposeOnnxOutput, readOnnxOperations, withOnnxMetadata } from './onnx-file.ts';
import type { Operations } from './operations.ts';
import { type NetworkFile, TFJS_JSON } from './read-network-file.ts';
import { decodeTfjsModel, encodeTfjsModel } from './tfjs-file.ts';

const INTERFACE_KEY = 'semantiff.interface';

/** A network that opens, with an interface that it has. */
export interface ImportedNetwork {
  /** The file as a model folder holds it: of ONNX with the embedding as an output, of TensorFlow.js as one file. */
  bytes: Uint8Array;
  interface: BackboneInterface;
  backend: InferenceBackend;
  /** What the network says of itself, and what was guessed, as sentences. */
  found: string[];
  guessed: string[];
}

/** A network that is open, before its embedding is chosen. */
interface Candidate {
  format: BackboneInterface['format'];
  network: Network;
  operations: Operations;
  /** The tensor of a name that somebody gave. */
  tensorOf(name: string): string;
  /** The same network so that it gives `output`, and its file. */
  giving(output: string): Promise<{ network: Network; bytes: Uint8Array }>;
}

/**
 * Opens a network that somebody brings, and finds or guesses what of it are pictures and embeddings. Throws
 * `classify/model` where it does not open, or where `wishes` do not fit it.
 */
export async function importNetwork(
  { content }: Pick<NetworkFile, 'content'>,
  wishes: InterfaceWishes,
): Promise<ImportedNetwork> {
  const candidate =
    content.format === 'onnx' ? await openOnnxCandidate(content.bytes) : await openTfjsCandidate(content.model);
  const { network, bytes, face, inputSize, ...how } = await choose(candidate, wishes);
  const backend = await backendOf(network, { interface: face, inputSize });
  return { bytes: isDefaultInterface(face) ? bytes : stamped(bytes, face), interface: face, backend, ...how };
}

/**
 * The file with its interface in it. Embeddings are told apart by the hash of this file: another output or normalisation of
 * the same network gives other embeddings, so it has to be another file.
 */
function stamped(bytes: Uint8Array, face: BackboneInterface): Uint8Array {
  if (face.format === 'onnx') return withOnnxMetadata(bytes, INTERFACE_KEY, JSON.stringify(face));
  const model = decodeTfjsModel(bytes);
  return encodeTfjsModel({
    ...model,
    userDefinedMetadata: { ...model.userDefinedMetadata, [INTERFACE_KEY]: face },
  });
}

/** Closes the candidate's networks where it fails. */
async function choose(candidate: Candidate, wishes: InterfaceWishes) {
  const { format, operations } = candidate;
  let opened = candidate.network;
  try {
    const input = chooseInput(opened, operations, format, wishes);
    const named = chooseOutput(opened, input.name, operations, wishes.output);
    const output = candidate.tensorOf(named.output);
    const { network, bytes } = await candidate.giving(output);
    opened = network;
    const featureAxis = await chooseFeatureAxis(network, input, output);
    const { layout, channels, normalise, inputSize } = input.input;
    const face: BackboneInterface = { format, input: input.name, output, layout, channels, normalise, featureAxis };
    const found = [...input.found, ...named.found];
    return { network, bytes, face, inputSize, found, guessed: [...input.guessed, ...named.guessed] };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function openOnnxCandidate(bytes: Uint8Array): Promise<Candidate> {
  const network = await openOnnxNetwork(bytes).catch((cause: unknown) => {
    const message = `Importing a network, expected an ONNX file or ${TFJS_JSON} of TensorFlow.js: ${errorMessage(cause)}`;
    throw new IngestError('classify/model', message, { cause });
  });
  const { operations, nodes } = readOnnxOperations(bytes);
  return {
    format: 'onnx',
    network,
    operations,
    tensorOf: (name) => (operations.has(name) ? name : (nodes.get(name) ?? name)),
    async giving(output) {
      if (network.outputs.some(({ name }) => name === output)) return { network, bytes };
      if (!operations.has(output)) {
        const known = network.outputs.map(({ name }) => name).join(', ');
        throw new IngestError(
          'classify/model',
          `Importing a backbone, expected a tensor or node "${output}" in it, found none; its outputs are: ${known}.`,
        );
      }
      const exposed = exposeOnnxOutput(bytes, output);
      const giving = await openOnnxNetwork(exposed);
      await network.close();
      return { network: giving, bytes: exposed };
    },
  };
}

async function openTfjsCandidate(model: Parameters<typeof encodeTfjsModel>[0]): Promise<Candidate> {
  const { openTfjsNetwork } = await import('./tfjs.ts');
  const bytes = encodeTfjsModel(model);
  const network = await openTfjsNetwork(decodeTfjsModel(bytes));
  return {
    format: 'tfjs',
    network,
    operations: network.operations,
    tensorOf: (name) => name,
    giving: () => Promise.resolve({ network, bytes }),
  };
}
