import { errorMessage, IngestError } from '../domain/errors.ts';
import { type BackboneInterface, DEFAULT_INTERFACE, type Normalisation } from './backbone-schema.ts';
import { type Network, type NetworkPort, portNames, shapeText } from './network.ts';
import { inputFiller, inputShape, type NetworkInput } from './network-input.ts';
import { firstOperation, type Operations, pathBehind } from './operations.ts';
import { INPUT_SIZE, INPUT_SIZES, isInputSize } from './preprocess.ts';

/** What whoever imports a network says of it; the rest is found in it or guessed. */
export interface InterfaceWishes {
  inputSize?: number;
  layout?: BackboneInterface['layout'];
  channels?: 1 | 3;
  normalise?: Normalisation;
  /** Name of the tensor, node or layer that gives the embedding. */
  output?: string;
}

/** A choice, and how it was come by; guesses are what the file does not tell. */
interface Choices {
  found: string[];
  guessed: string[];
}

export interface ChosenInput extends Choices {
  name: string;
  input: NetworkInput;
}

/** What goes into a network: from its shapes and `wishes`. Throws `classify/model` where that does not become clear. */
export function chooseInput(
  { inputs }: Network,
  operations: Operations,
  format: BackboneInterface['format'],
  wishes: InterfaceWishes,
): ChosenInput {
  const [port] = inputs;
  if (port === undefined || inputs.length !== 1) throw unclear(`one input, a picture`, portNames(inputs));
  if (port.type !== 'uint8' && port.type !== 'float32')
    throw unclear('an input of uint8 or float32', portNames(inputs));
  const choices: Choices = { found: [], guessed: [] };
  const layout = wishes.layout ?? layoutOf(port, format, choices);
  const [depth, height, width] = sidesOf(port, layout);
  const channels = wishes.channels ?? channelsOf(depth, port, choices);
  const inputSize = sizeOf([height, width], port, wishes.inputSize, choices);
  const normalise = wishes.normalise ?? normalisationOf(port, { layout, channels }, operations, choices);
  return { name: port.name, input: { inputSize, layout, channels, normalise, type: port.type }, ...choices };
}

function unclear(expected: string, found: string): IngestError {
  return new IngestError('classify/model', `Importing a backbone, expected ${expected}, found ${found}.`);
}

function sidesOf({ shape }: NetworkPort, layout: BackboneInterface['layout']): (number | undefined)[] {
  const [, second, third, fourth] = shape ?? [];
  return layout === 'nchw' ? [second, third, fourth] : [fourth, second, third];
}

function isDepth(side: number | undefined): boolean {
  return side === 1 || side === 3;
}

function layoutOf(
  port: NetworkPort,
  format: BackboneInterface['format'],
  { found, guessed }: Choices,
): 'nchw' | 'nhwc' {
  const { shape } = port;
  if (shape !== undefined && shape.length !== 4) throw unclear('an input of four dimensions', portNames([port]));
  const [first, last] = [isDepth(shape?.[1]), isDepth(shape?.[3])];
  if (first !== last) {
    found.push(`input ${port.name} ${port.type} ${shapeText(shape)}`);
    return first ? 'nchw' : 'nhwc';
  }
  const usual = format === 'tfjs' ? 'nhwc' : 'nchw';
  guessed.push(`layout ${usual}, as networks of this format usually have it (--layout)`);
  return usual;
}

function channelsOf(depth: number | undefined, port: NetworkPort, { guessed }: Choices): 1 | 3 {
  if (depth === 1 || depth === 3) return depth;
  if (depth !== undefined) throw unclear('an input of 1 or 3 channels', portNames([port]));
  guessed.push('3 channels (--channels)');
  return 3;
}

function sizeOf(
  sides: readonly (number | undefined)[],
  port: NetworkPort,
  wished: number | undefined,
  { guessed }: Choices,
): number {
  const stated = [...new Set(sides.filter((side) => side !== undefined))];
  if (stated.length > 1) throw unclear('a square input', portNames([port]));
  const [side] = stated;
  const size = side ?? wished ?? INPUT_SIZE;
  if (side === undefined && wished === undefined) guessed.push(`an input of ${INPUT_SIZE} px (--input-size)`);
  if (wished !== undefined && wished !== size) throw unclear(`an input of ${wished} px`, portNames([port]));
  if (isInputSize(size)) return size;
  throw unclear(`an input of ${INPUT_SIZES.min} to ${INPUT_SIZES.max} px`, `${size} px`);
}

const ARITHMETIC = new Set(['Sub', 'Mul', 'Div', 'RealDiv', 'Add', 'AddV2', 'Rescaling', 'Normalization']);

/** No file tells how the numbers are to be scaled: torch exports usually want ImageNet's, those of TensorFlow -1 to 1. */
function normalisationOf(
  { name, type }: NetworkPort,
  { layout, channels }: Pick<BackboneInterface, 'layout' | 'channels'>,
  operations: Operations,
  { found, guessed }: Choices,
): Normalisation {
  if (type === 'uint8') {
    found.push('no normalisation: the network takes bytes');
    return 'none';
  }
  const usual = layout === 'nchw' && channels === 3 ? 'imagenet' : '-1..1';
  const first = firstOperation(name, operations) ?? '';
  const own = ARITHMETIC.has(first)
    ? `; the network begins with ${first}, so perhaps it scales by itself: none or 0..1`
    : '';
  guessed.push(`normalisation ${usual}, as networks of this layout usually want it (--normalise)${own}`);
  return usual;
}

/** Names that only an embedding has. */
const EMBEDDING_NAMES = /^(embeddings?|features?|pooler_output|pooled_output|image_embeds)(:0)?$/i;

export interface ChosenOutput extends Choices {
  output: string;
}

/**
 * Which tensor is the embedding of what goes into `input`: the one wished for, one of that name, or the features before the
 * classifier.
 */
export function chooseOutput(
  { outputs }: Network,
  input: string,
  operations: Operations,
  wished: string | undefined,
): ChosenOutput {
  if (wished !== undefined) return { output: wished, found: [], guessed: [] };
  const named = outputs.find(({ name }) => EMBEDDING_NAMES.test(name));
  if (named !== undefined) return { output: named.name, found: [`output ${named.name}`], guessed: [] };
  const [first] = outputs;
  if (first === undefined) throw unclear('an output', 'none');
  const { features, pooled, scores } = pathBehind(first.name, input, operations);
  const further = pooled === undefined ? '' : `; features were pooled further back: ${pooled}`;
  const guess =
    features === undefined
      ? `output ${scores}: no classifier was found before ${first.name} (--output)`
      : `output ${features}: what the classifier before ${first.name} looks at (--output)${further}`;
  return { output: features ?? scores, found: [], guessed: [guess] };
}

/** Longest embedding that is stored: the cache of embeddings has no room for more. */
const MAX_LENGTH = 1 << 16;

/**
 * The axis of the features in what a network gives of a black picture. Throws `classify/model` where the network fails on
 * it or gives no features.
 */
export async function chooseFeatureAxis(
  network: Network,
  { name, input }: Pick<ChosenInput, 'name' | 'input'>,
  output: string,
): Promise<number> {
  const black = inputFiller(input)(new Uint8Array(input.inputSize ** 2));
  const { shape } = await network
    .run({ name, values: black, shape: inputShape(input, 1) }, output)
    .catch((cause: unknown) => {
      const reason = errorMessage(cause);
      throw new IngestError('classify/model', `Importing a backbone, it failed on a black picture: ${reason}`, {
        cause,
      });
    });
  const axis = featureAxisOf(shape, input.layout);
  const length = axis === undefined ? 0 : (shape[axis] ?? 0);
  if (axis !== undefined && shape[0] === 1 && length > 1 && length <= MAX_LENGTH) return axis;
  throw unclear(
    `the output ${output} to be [batch, length], a map or tokens, of 2 to ${MAX_LENGTH} features`,
    shapeText(shape),
  );
}

function featureAxisOf(shape: readonly number[], layout: BackboneInterface['layout']): number | undefined {
  if (shape.length === 2) return 1;
  if (shape.length === 3) return 2;
  if (shape.length !== 4) return undefined;
  const [, second, third, fourth] = shape;
  const usual = layout === 'nchw' ? 1 : 3;
  const [firstFits, lastFits] = [third === fourth, second === third];
  if (firstFits === lastFits) return usual;
  return firstFits ? 1 : 3;
}

/** Whether it is the interface that a model has without stating any. */
export function isDefaultInterface(face: BackboneInterface): boolean {
  const keys = Object.keys(DEFAULT_INTERFACE) as (keyof BackboneInterface)[];
  return keys.every((key) => face[key] === DEFAULT_INTERFACE[key]);
}
