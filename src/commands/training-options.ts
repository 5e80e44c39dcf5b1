import { basename, resolve } from 'node:path';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { GROUPINGS, type Grouping } from '../pipeline/group-images.ts';
import { readBounded } from '../pipeline/read-bounded.ts';
import { AUGMENT_KINDS, type Augmentation, turnsOf } from '../train/augment.ts';
import { MAX_LABELS_MAP_BYTES, parseLabelsMap } from '../train/labels-map.ts';
import type { DataOptions } from '../train/read-dataset.ts';
import { MAX_TEST_LIST_BYTES, parseTestList } from '../train/test-list.ts';
import { type Invocation, type OptionValues, text, wholeNumber } from './invocation.ts';

/** What the options of `retrain` say about its data; throws `usage` and `train/data`. */
export async function dataOptions({ values, cwd }: Invocation): Promise<DataOptions> {
  const map = await optionFile(values, 'labels-map', cwd, MAX_LABELS_MAP_BYTES);
  const list = await optionFile(values, 'test-list', cwd, MAX_TEST_LIST_BYTES);
  const minPerClass = wholeNumber(values, 'min-per-class', 2);
  const classWeights = oneOf(values, 'class-weights', ['balanced', 'none'] as const);
  const groupedBy = groupingOf(values);
  const augmentations = augmentationsOf(values);
  return {
    augmentations,
    ...(map && { labelsMap: parseLabelsMap(map.text, map.name) }),
    ...(list && { testList: parseTestList(list.text, list.name) }),
    ...(minPerClass !== undefined && { minPerClass }),
    ...(classWeights && { classWeights }),
    ...(groupedBy !== undefined && groupedBy !== 'none' && { groupedBy }),
  };
}

/** `--group-by`, or undefined. */
export function groupingOf(values: OptionValues): Grouping | undefined {
  return oneOf(values, 'group-by', GROUPINGS);
}

function augmentationsOf(values: OptionValues): Augmentation[] {
  const kinds = (text(values, 'augment') ?? '').split(',').map((kind) => kind.trim());
  const known = kinds.flatMap((kind) => AUGMENT_KINDS.find((one) => one === kind) ?? []);
  const unknown = kinds.filter((kind) => kind !== '' && !known.some((one) => one === kind));
  if (unknown.length > 0) throw wrongValue('augment', AUGMENT_KINDS, unknown.join(','));
  const bar = oneOf(values, 'crop-data-bar', ['cut', 'both'] as const);
  return [...turnsOf(known), ...(bar === 'both' ? (['with-data-bar'] as const) : [])];
}

/** The value of an option that has a few, or undefined; throws `usage` for another. */
export function oneOf<Value extends string>(
  values: OptionValues,
  name: string,
  allowed: readonly Value[],
): Value | undefined {
  const given = text(values, name);
  if (given === undefined) return undefined;
  const found = allowed.find((one) => one === given);
  if (found !== undefined) return found;
  throw wrongValue(name, allowed, given);
}

function wrongValue(name: string, allowed: readonly string[], given: string): IngestError {
  return new IngestError('usage', `--${name} expects one of ${allowed.join(', ')}, and received "${given}"`);
}

async function optionFile(
  values: OptionValues,
  name: string,
  cwd: string,
  maxBytes: number,
): Promise<{ text: string; name: string } | undefined> {
  const given = text(values, name);
  if (given === undefined) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = await readBounded(resolve(cwd, given), maxBytes + 1);
  } catch (cause) {
    throw new IngestError('usage', `--${name}: ${given} cannot be read: ${errorMessage(cause)}`, { cause });
  }
  if (bytes.length > maxBytes) {
    throw new IngestError('usage', `--${name} expects a file of at most ${maxBytes} bytes, and ${given} has more`);
  }
  // A mark of byte order at the start is no part of the first line.
  return { text: new TextDecoder('utf-8').decode(bytes), name: basename(given) };
}
