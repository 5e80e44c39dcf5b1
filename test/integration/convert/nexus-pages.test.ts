import { beforeAll, describe, expect, it } from 'vitest';
import { type NexusWriter, openNexusWriter } from '../../../src/convert/hdf5.ts';
import type { NexusInput } from '../../../src/convert/nexus-input.ts';
import type { NexusPages } from '../../../src/convert/nexus-pages.ts';
import { loadNexusTemplate } from '../../../src/convert/nexus-template.ts';
import { isIngestError } from '../../../src/domain/errors.ts';
import { issue } from '../../../src/domain/issue.ts';
import type { Picture, SampleArray } from '../../../src/raster/picture.ts';
import { FULL_ACQUISITION, fullInput, gradient, nexusInput } from './nexus-inputs.ts';
import { allValues, attribute, dataset, group, withFile } from './read-hdf5.ts';

const PLOT = '/entry/measurement/event1/image1/image_2d';
const STACK = '/entry/roi1/img/image1/stack_2d';

const writers = new Map<string, NexusWriter>();

beforeAll(async () => {
  const template = await loadNexusTemplate();
  for (const compression of ['none', 'gzip'] as const) {
    writers.set(compression, await openNexusWriter(template, {}, compression));
  }
});

function writerOf(compression: 'none' | 'gzip' = 'none'): NexusWriter {
  return writers.get(compression) as NexusWriter;
}

/** A picture like the first one, whose samples tell the page. */
function pageOf({ picture }: NexusInput, page: number): Picture {
  const { plane, facts } = picture;
  const data = plane.data.slice();
  data.fill((data instanceof BigInt64Array ? BigInt(page) : page) as never);
  data.set(plane.data.subarray(0, plane.widthPx) as never);
  return { facts, plane: { ...plane, data } };
}

/** Samples by the hundred thousand, compared one by one, would take minutes. */
function bytesOf(...arrays: unknown[]): Buffer {
  const parts = arrays.map((array) => {
    const { buffer, byteOffset, byteLength } = array as Uint8Array;
    return Buffer.from(buffer, byteOffset, byteLength);
  });
  return Buffer.concat(parts);
}

const NO_BYTES = { frames: 0, others: 0 };

async function withPages(
  input: NexusInput,
  pages: Partial<NexusPages>,
  compression: 'none' | 'gzip' = 'none',
): Promise<{ first: Uint8Array; all: Uint8Array }> {
  const writer = writerOf(compression);
  const first = writer.write(input);
  const decode = (page: number): Promise<Picture> => Promise.resolve(pageOf(input, page));
  const wanted = { input, frames: [], others: [], decode, record: () => input.record, ...pages };
  return { first, all: await writer.addPages(first, wanted, NO_BYTES) };
}

describe('frames of one size and type', () => {
  it.each([new Uint8Array(48), new Uint16Array(48), new BigInt64Array(48), new Float32Array(48)] as SampleArray[])(
    'become a stack of the same samples, the first page among them',
    async (samples) => {
      const input = nexusInput({ data: gradient(samples), widthPx: 8, heightPx: 6 });
      const { all } = await withPages(input, { frames: [0, 1, 3] });
      await withFile(all, (file) => {
        const real = dataset(file, `${STACK}/real`);
        expect(real.shape).toEqual([3, 6, 8]);
        const planes = [input.picture, pageOf(input, 1), pageOf(input, 3)].map(({ plane }) => plane.data);
        expect(Array.from(real.value as Uint8Array)).toEqual(
          planes.flatMap((plane) => Array.from(plane as Uint8Array)),
        );
        expect(dataset(file, `${STACK}/indices_image`).value).toEqual(Int32Array.of(0, 1, 3));
      });
    },
  );

  it('share the axes of the default plot, which stays what it was', async () => {
    const input = fullInput();
    const { first, all } = await withPages(input, { frames: [0, 1] });
    const before = await withFile(first, allValues);
    await withFile(all, (file) => {
      const stack = group(file, STACK);
      expect(attribute(stack, 'NX_class')).toBe('NXdata');
      expect(attribute(stack, 'signal')).toBe('real');
      expect(attribute(stack, 'interpretation')).toBe('image');
      const axes = attribute(stack, 'axes') as string[];
      expect(axes).toEqual(['indices_image', 'axis_j', 'axis_i']);
      expect(axes.map((axis) => attribute(stack, `${axis}_indices`))).toEqual([0, 1, 2]);
      for (const [at, axis] of axes.entries()) {
        expect(dataset(file, `${STACK}/${axis}`).shape).toEqual([dataset(file, `${STACK}/real`).shape?.[at]]);
      }
      expect(attribute(dataset(file, `${STACK}/axis_i`), 'units')).toBe('m');
      expect(attribute(group(file, '/entry/measurement/event1/image1'), 'default')).toBe('image_2d');
      expect(dataset(file, '/entry/roi1/img/image1/imaging_mode').value).toBe('secondary_electron');
      const after = allValues(file);
      for (const [path, value] of before) expect(after.get(path), path).toEqual(value);
    });
  });

  it('are cut like the first page, and their data bars are kept', async () => {
    const input = fullInput();
    const { all } = await withPages(input, { frames: [0, 1] });
    await withFile(all, (file) => {
      expect(dataset(file, `${STACK}/real`).shape).toEqual([2, 40, 64]);
      const bars = dataset(file, '/entry/attachments/data_bars');
      expect(bars.shape).toEqual([2, 8, 64]);
      const [first, second] = [input.picture, pageOf(input, 1)].map(({ plane }) => plane.data.subarray(40 * 64));
      expect(bars.value).toEqual(Uint8Array.from([...(first as Uint8Array), ...(second as Uint8Array)]));
    });
  });

  it('are said to be of unknown mode where the header does not tell it', async () => {
    const { detector: _, detectorMode: __, ...acquisition } = FULL_ACQUISITION;
    const { all } = await withPages(nexusInput({ acquisition }), { frames: [0, 1] });
    await withFile(all, (file) => {
      const mode = dataset(file, '/entry/roi1/img/image1/imaging_mode');
      expect([mode.value, attribute(mode, 'custom')]).toEqual(['unknown', 1]);
    });
  });

  it('are fewer where one cannot be decoded, and the record in the file says so', async () => {
    const input = fullInput();
    const { all } = await withPages(input, {
      frames: [0, 1, 2],
      decode: (page) => Promise.resolve(page === 1 ? undefined : pageOf(input, page)),
      record: () => ({ ...input.record, issues: [issue('page-unreadable', 'Page 1 is gone.')] }),
    });
    await withFile(all, (file) => {
      expect(dataset(file, `${STACK}/real`).shape).toEqual([2, 40, 64]);
      expect(dataset(file, '/entry/attachments/data_bars').shape).toEqual([2, 8, 64]);
      expect(dataset(file, `${STACK}/indices_image`).value).toEqual(Int32Array.of(0, 2));
      const record = JSON.parse(
        dataset(file, '/entry/attachments/record/data').value as string,
      ) as NexusInput['record'];
      expect(record.issues.map(({ code }) => code)).toEqual(['page-unreadable']);
      expect(record.header?.place).toBe('tag 34118');
    });
  });
});

describe('other pages', () => {
  it('lie beside the picture exactly as the file has them, with what they are', async () => {
    const facts = nexusInput().picture.facts;
    const plane = { widthPx: 4, heightPx: 3, data: gradient(new Uint8Array(12)) };
    const colour = gradient(new Uint16Array(36));
    const pictures = new Map<number, Picture>([
      [1, { facts, plane, palette: Uint8Array.of(1, 2, 3, 4, 5, 6) }],
      [2, { facts, plane, colour: { ...plane, data: gradient(new Uint8Array(36)) } }],
      [4, { facts, plane, storedColour: { shape: [3, 3, 4], planar: true, data: colour } }],
    ]);
    const others = [1, 2, 3, 4].map((page) => ({ page, what: `kind ${page}` }));
    const { all } = await withPages(nexusInput(), { others, decode: (page) => Promise.resolve(pictures.get(page)) });
    await withFile(all, (file) => {
      const page = (number: number) => dataset(file, `/entry/attachments/page${number}`);
      expect([page(1).shape, page(2).shape, page(4).shape]).toEqual([
        [3, 4],
        [3, 4, 3],
        [3, 3, 4],
      ]);
      expect([page(1).value, page(4).value]).toEqual([plane.data, colour]);
      expect(attribute(page(4), 'description')).toBe('kind 4');
      expect(dataset(file, '/entry/attachments/page1_palette').shape).toEqual([2, 3]);
      expect(file.get('/entry/attachments/page3')).toBeNull();
      expect(file.get('/entry/roi1')).toBeNull();
    });
  });
});

describe('storage', () => {
  const large = nexusInput({ data: gradient(new Uint16Array(700 * 300)), widthPx: 300, heightPx: 700 });

  it('is contiguous for one picture and chunked by frame for a stack, without compression', async () => {
    const { all } = await withPages(large, { frames: [0, 1] });
    await withFile(all, (file) => {
      expect(dataset(file, `${PLOT}/real`).metadata.chunks).toBeNull();
      const stack = dataset(file, `${STACK}/real`);
      expect(stack.metadata.chunks?.map(Number)).toEqual([1, 700, 300]);
      expect(stack.filters).toEqual([]);
      const both = bytesOf(large.picture.plane.data, pageOf(large, 1).plane.data);
      expect(bytesOf(stack.value).equals(both)).toBe(true);
    });
  });

  it('is deflated in chunks of 256 x 256 with compression, and holds the same samples', async () => {
    const plain = await withPages(large, { frames: [0, 1] });
    const { all } = await withPages(large, { frames: [0, 1] }, 'gzip');
    expect(all.length).toBeLessThan(0.5 * plain.all.length);
    const pixels = await withFile(plain.all, (file) => {
      return bytesOf(dataset(file, `${PLOT}/real`).value, dataset(file, `${STACK}/real`).value);
    });
    await withFile(all, (file) => {
      const [picture, stack] = [dataset(file, `${PLOT}/real`), dataset(file, `${STACK}/real`)];
      expect(picture.metadata.chunks?.map(Number)).toEqual([256, 256]);
      expect(stack.metadata.chunks?.map(Number)).toEqual([1, 256, 256]);
      for (const { filters } of [picture, stack]) {
        expect(filters.map(({ id, cd_values }) => [id, cd_values])).toEqual([[1, [1]]]);
      }
      expect(dataset(file, `${PLOT}/axis_i`).metadata.chunks).toBeNull();
      expect(bytesOf(picture.value, stack.value).equals(pixels)).toBe(true);
    });
  });

  it('gives later pictures of a layout the same chunks: they are made on a skeleton', async () => {
    const writer = writerOf('gzip');
    for (const _ of [1, 2, 3]) {
      await withFile(writer.write(large), (file) => {
        expect(dataset(file, `${PLOT}/real`).metadata.chunks?.map(Number)).toEqual([256, 256]);
        expect(bytesOf(dataset(file, `${PLOT}/real`).value).equals(bytesOf(large.picture.plane.data))).toBe(true);
      });
    }
  });
});

describe('a failure among the pages', () => {
  it('is told as one of the HDF5 file, and the next file is whole', async () => {
    const input = fullInput();
    const decode = (): Promise<Picture> => Promise.reject(new Error('no more memory'));
    const failed = await withPages(input, { frames: [0, 1], decode }).catch((error: unknown) => error);
    expect(isIngestError(failed, 'convert/hdf5')).toBe(true);
    expect(String(failed)).toMatch(/Prüfung \(1\) 試料.h5.*no more memory/);
    const { all } = await withPages(input, { frames: [0, 1] });
    await withFile(all, (file) => expect(dataset(file, `${STACK}/real`).shape).toEqual([2, 40, 64]));
  });
});
