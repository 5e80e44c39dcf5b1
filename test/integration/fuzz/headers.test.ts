import { beforeAll, describe, expect, it } from 'vitest';
import type { HarvestInput, TagBytes, TiffText } from '../../../src/metadata/harvest-types.ts';
import { VENDOR_TAG_NUMBERS } from '../../../src/metadata/vendor-tags.ts';
import { readerInto, readTiffFacts } from '../../../src/pipeline/tiff-facts.ts';
import { memorySource } from '../../../src/raster/memory-source.ts';
import { readTiff } from '../../../src/raster/tiff-directory.ts';
import { pairSidecars } from '../../../src/watcher/pair-sidecars.ts';
import type { Dice } from '../../builders/dice.ts';
import { byteMutations } from '../../builders/mutate-bytes.ts';
import { TEXT_BYTE_MUTATIONS } from '../../builders/mutate-text.ts';
import { type CorpusFile, headerCorpus } from './corpus.ts';
import { FUZZ_TIMEOUT_MS, fuzz, type Mutant } from './fuzz-run.ts';
import { checkHarvest } from './header-checks.ts';

interface Original {
  file: string;
  input: HarvestInput;
  /** The picture's bytes where its header points into them. */
  bytes?: Uint8Array;
}

interface HeaderMutant extends Mutant {
  input: HarvestInput;
  bytes: Uint8Array | undefined;
}

const MUTATIONS = [...TEXT_BYTE_MUTATIONS, ...byteMutations()];
/** Holds the place of a header elsewhere in the file. */
const POINTER_TAG = 33_560;
const TEXT_KEYS = ['imageDescription', 'software', 'dateTime', 'make', 'model', 'artist'] as const;

async function originals(): Promise<Original[]> {
  const corpus = headerCorpus();
  const isPicture = ({ name }: CorpusFile): boolean => /\.tiff?$/i.test(name);
  const texts = corpus.filter((file) => !isPicture(file));
  const pictures = await Promise.all(corpus.filter(isPicture).map(async (file) => await pictureOf(file, texts)));
  const lone = texts.map(({ name, bytes }): Original => {
    const sidecars = [{ name, bytes }];
    return { file: name, input: { fileName: 'a.tif', tags: [], sidecars, image: { widthPx: 1280, heightPx: 1040 } } };
  });
  return [...pictures, ...lone].filter(({ input }) => partsOf(input).length > 0);
}

async function pictureOf({ name, bytes }: CorpusFile, texts: readonly CorpusFile[]): Promise<Original> {
  const tiff = await readTiff(memorySource(bytes));
  const facts = await readTiffFacts(tiff, VENDOR_TAG_NUMBERS);
  const { widthPx = 1024, heightPx = 768 } = tiff.pages[0].image ?? {};
  const names = texts.map((text) => text.name);
  const paired = new Set(pairSidecars([name], names).sidecarsOf(name));
  const sidecars = texts.filter((text) => paired.has(text.name));
  const input: HarvestInput = { fileName: name, ...facts, sidecars, image: { widthPx, heightPx } };
  return facts.tags.some(({ tag }) => tag === POINTER_TAG) ? { file: name, input, bytes } : { file: name, input };
}

/** The texts and blocks that a header consists of, by the name of their place. */
function partsOf({ tags, sidecars }: HarvestInput): [string, Uint8Array][] {
  return [
    ...tags.map(({ place, bytes }): [string, Uint8Array] => [place, bytes]),
    ...sidecars.map(({ name, bytes }): [string, Uint8Array] => [`sidecar:${name}`, bytes]),
  ];
}

function damage(bytes: Uint8Array, dice: Dice, other: Uint8Array, how: string[]): Uint8Array {
  let changed = bytes;
  for (let times = dice.chance(0.6) ? 1 : 2 + dice.below(3); times > 0; times--) {
    const { name, apply } = dice.pick(MUTATIONS);
    how.push(name);
    changed = apply(changed, dice, other);
  }
  return changed;
}

function damageText(text: TiffText, dice: Dice, other: Uint8Array, how: string[]): TiffText {
  const key = dice.pick(TEXT_KEYS);
  const bytes = damage(Buffer.from(text[key] ?? '', 'latin1'), dice, other, how);
  const number = (): number => dice.pick([0, 1, 5.928571, -1, 1e300, 5e-324, 1e6, dice.below(1000)]);
  const unit = dice.pick(['none', 'inch', 'centimetre'] as const);
  const resolution = dice.chance(0.3) ? { xPerUnit: number(), yPerUnit: number(), unit } : text.resolution;
  const changed = Buffer.from(bytes).toString('latin1').trim();
  const { [key]: _, resolution: __, ...rest } = text;
  return { ...rest, ...(changed === '' ? {} : { [key]: changed }), ...(resolution && { resolution }) };
}

function mutantOf(original: Original, others: readonly Original[], dice: Dice): HeaderMutant {
  const { input, bytes } = original;
  const how: string[] = [];
  const other = dice.pick(partsOf(dice.pick(others).input))[1];
  const chosen = dice.pick(partsOf(input))[0];
  const change = (place: string, part: Uint8Array): Uint8Array =>
    place === chosen || dice.chance(0.1) ? damage(part, dice, other, how) : part;
  const tags = input.tags.map((tag) =>
    tag.numbers === undefined ? { ...tag, bytes: change(tag.place, tag.bytes) } : damageNumbers(tag, tag.numbers, dice),
  );
  const sidecars = input.sidecars.map(({ name, bytes: part }) => ({ name, bytes: change(`sidecar:${name}`, part) }));
  const tiffText = dice.chance(0.2) ? damageText(input.tiffText ?? {}, dice, other, how) : input.tiffText;
  const pointed = bytes === undefined ? undefined : damageNear(bytes, input, dice, how);
  const mutated: HarvestInput = {
    ...input,
    tags,
    sidecars,
    ...(tiffText && { tiffText }),
    ...(pointed && { readAt: readerInto(pointed) }),
  };
  const parts = new Map([
    ...partsOf(mutated),
    ['tiff-text.json', Buffer.from(JSON.stringify(tiffText ?? {}))] as const,
  ]);
  if (pointed !== undefined) parts.set('file', pointed);
  return { file: original.file, how, parts, input: mutated, bytes: pointed };
}

/** A tag of numbers is damaged as numbers, for its bytes and its numbers must agree. */
function damageNumbers(tag: TagBytes, numbers: readonly number[], dice: Dice): TagBytes {
  if (!dice.chance(0.1)) return tag;
  const changed = numbers.map((number) =>
    dice.pick([number * 1e3, -number, 0, Number.NaN, 1e308, dice.below(2 ** 31)]),
  );
  const bytes = Buffer.alloc(8 * changed.length);
  for (const [index, number] of changed.entries()) bytes.writeDoubleLE(number, 8 * index);
  return { ...tag, bytes, numbers: changed };
}

/** Damages the block that the file's tag points to and what stands before it. */
function damageNear(bytes: Uint8Array, { tags }: HarvestInput, dice: Dice, how: string[]): Uint8Array {
  const block = tags.find(({ tag }) => tag === POINTER_TAG)?.numbers?.[0] ?? 0;
  const aims = [block, block, Math.max(block - 8000, 0)];
  const { name, apply } = dice.pick(
    byteMutations(() => Math.min(dice.pick(aims) + dice.below(220), bytes.length)).slice(0, 4),
  );
  how.push(`block: ${name}`);
  return apply(bytes, dice, bytes);
}

describe('damaged headers', () => {
  let whole: Original[] = [];
  beforeAll(async () => {
    whole = await originals();
  });

  it('are whole before they are damaged', () => {
    expect(whole.length).toBeGreaterThanOrEqual(16);
    for (const { input, bytes } of whole) {
      const { header } = checkHarvest(bytes === undefined ? input : { ...input, readAt: readerInto(bytes) }, bytes);
      expect(header === undefined || header.terms.length > 0).toBe(true);
    }
  });

  it('cost values, never the run', { timeout: FUZZ_TIMEOUT_MS }, async () => {
    let read = 0;
    await fuzz({
      kind: 'headers',
      mutants: 7000,
      maxGrowthBytes: 512 * 2 ** 20,
      make: (dice) => mutantOf(dice.pick(whole), whole, dice),
      check: (mutant) => {
        const { input, bytes } = mutant as HeaderMutant;
        read += checkHarvest(input, bytes).header?.terms.length ?? 0;
      },
    });
    // Mutants that no reader understands any more would prove nothing.
    expect(read).toBeGreaterThan(0);
  });
});
