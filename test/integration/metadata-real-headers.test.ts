import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Acquisition, Instrument } from '../../src/domain/record.ts';
import { harvest } from '../../src/metadata/harvest.ts';
import type { HarvestInput, HarvestResult } from '../../src/metadata/harvest-types.ts';
import { readPlainXml } from '../../src/metadata/plain-xml.ts';
import { looksLikeSidecar } from '../../src/metadata/sidecar-content.ts';
import { VENDOR_TAG_NUMBERS } from '../../src/metadata/vendor-tags.ts';
import { buildTree } from '../../src/metadata/xml.ts';
import { readerInto, readTiffFacts } from '../../src/pipeline/tiff-facts.ts';
import { memorySource } from '../../src/raster/memory-source.ts';
import { readTiff } from '../../src/raster/tiff-directory.ts';
import { pairSidecars } from '../../src/watcher/pair-sidecars.ts';
import { sharedDir } from '../shared-folder.ts';

interface Expected {
  files: Record<string, { values: Record<string, number | string>; byHand: string[] }>;
  /** What the XML beside the text of an FEI picture says. */
  xml: Record<string, { values: Record<string, number | string> }>;
}

const expected = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/headers-expected.json'), 'utf8'),
) as Expected;
const ATLAS = 'zeiss-atlas/InLens_keyframe_00001_slice_00006_z=1.6659um.tif';
const root = join(sharedDir() ?? '', 'samples/headers');

async function inputOf(folder: string, name: string): Promise<HarvestInput> {
  const file = readFileSync(join(root, folder, name));
  const tiff = await readTiff(memorySource(file));
  const facts = await readTiffFacts(tiff, VENDOR_TAG_NUMBERS);
  const { pages } = tiff;
  const [widthPx = 0] = (await pages[0].numbers(256)) ?? [];
  const [heightPx = 0] = (await pages[0].numbers(257)) ?? [];
  const listing = readdirSync(join(root, folder));
  const texts = listing.filter((other) => /\.(?:txt|hdr)$/.test(other));
  const paired = pairSidecars([name], texts).sidecarsOf(name);
  const sidecars = paired.map((sidecar) => ({ name: sidecar, bytes: readFileSync(join(root, folder, sidecar)) }));
  return { fileName: name, ...facts, sidecars, image: { widthPx, heightPx }, readAt: readerInto(file) };
}

async function harvestSample(path: string): Promise<HarvestResult> {
  const [folder = '', name = ''] = path.split('/');
  if (!name.endsWith('.txt')) return harvest(await inputOf(folder, name));
  const sidecars = [{ name, bytes: readFileSync(join(root, folder, name)) }];
  return harvest({
    fileName: name.replace('.txt', '.jpg'),
    tags: [],
    sidecars,
    // What each sidecar calls the size of the picture that is missing here.
    image: { widthPx: 1280, heightPx: folder === 'jeol' ? 960 : 1040 },
  });
}

/** The unnamed number that RosettaSciIO reads has more digits than the labelled value of four. */
const ROUNDED = 5e-4;
/** A drawn bar has a whole number of columns: 288 are 288 to 289. */
const DRAWN = 1 / 288;
const PIXEL_SIZES: ReadonlyMap<string, number> = new Map([
  ['pixelSizeByRosettaSciIO', ROUNDED],
  ['pixelSizeByDrawnBar', DRAWN],
]);

function compare(result: HarvestResult, field: string, value: number | string): void {
  const tolerance = PIXEL_SIZES.get(field);
  if (tolerance !== undefined) {
    const pixelSize = result.acquisition.pixelSizeXM ?? 0;
    expect(Math.abs(pixelSize / Number(value) - 1), field).toBeLessThan(tolerance);
    return;
  }
  const found = result.acquisition[field as keyof typeof result.acquisition];
  if (typeof value === 'number')
    expect(Math.abs(Number(found) - value), field).toBeLessThanOrEqual(1e-9 * Math.abs(value));
  else expect(found, field).toBe(value);
}

describe.skipIf(sharedDir() === undefined)('real headers', () => {
  it.each(Object.entries(expected.files))('%s says what independent readers find', async (path, { values }) => {
    const result = await harvestSample(path);
    for (const [field, value] of Object.entries(values)) compare(result, field, value);
    const doubts = result.issues.filter(({ code }) => code.endsWith('conflict') || code.startsWith('header-'));
    expect(doubts.map(({ code, term }) => `${code} ${String(term)}`)).toEqual([]);
  });

  it.each(Object.keys(expected.files))('%s fills the record as its schema wants it', async (path) => {
    const { instrument, acquisition } = await harvestSample(path);
    expect(Object.entries(Instrument.parse(instrument))).toEqual(Object.entries(instrument));
    expect(Object.entries(Acquisition.parse(acquisition))).toEqual(Object.entries(acquisition));
  });

  it.each(Object.entries(expected.xml))('%s says the same where only its XML is left', async (path, { values }) => {
    const input = await inputOf('fei', path.slice('fei/'.length));
    const result = harvest({ ...input, tags: input.tags.filter(({ tag }) => tag === 34683) });
    expect(result.header).toMatchObject({ vendor: 'FEI', place: 'tiff:34683' });
    for (const [field, value] of Object.entries(values)) compare(result, field, value);
    expect(result.issues.filter(({ code }) => /conflict$|^header-/.test(code))).toEqual([]);
  });

  it.each(Object.keys(expected.xml))('%s states no term otherwise than the text beside it', async (path) => {
    const input = await inputOf('fei', path.slice('fei/'.length));
    const alone = (tag: number) => harvest({ ...input, tags: input.tags.filter((one) => one.tag === tag) });
    const byText = new Map(alone(34682).header?.terms.map((term) => [term.term, term.value]));
    const shared = (alone(34683).header?.terms ?? []).filter(({ term }) => byText.has(term));
    expect(shared.length).toBeGreaterThan(25);
    for (const { term, value } of shared) {
      const other = byText.get(term);
      // The text rounds to six digits; the XML's position is that of the beam, which may be shifted by some micrometres.
      const tolerance = /^stage_[xy]$/.test(term) ? 5e-5 : 1e-5 * Math.abs(Number(value));
      if (typeof value === 'number') expect(Math.abs(value - Number(other)), term).toBeLessThanOrEqual(tolerance);
      else expect(value, term).toBe(other);
    }
  });

  it('covers every sample of these vendors', () => {
    const files = ['fei', 'zeiss', 'zeiss-atlas', 'hitachi', 'tescan', 'jeol', 'philips-xl'].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => /\.tiff?$/.test(name))
        .map((name) => `${folder}/${name}`),
    );
    expect(Object.keys(expected.files)).toEqual(expect.arrayContaining(files));
  });

  it('covers every sample of Olympus SIS, DigitalMicrograph and ImageJ, and trusts the last two less', async () => {
    const folders = ['olympus-sis', 'other'];
    const files = folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`));
    expect(Object.keys(expected.files)).toEqual(expect.arrayContaining(files));
    const read = await Promise.all(files.map(async (path) => await harvestSample(path)));
    const pixelSizes = read.map(({ header }) => header?.terms.find(({ term }) => term === 'pixel_size_x'));
    const trusts = read.map(({ header }, index) => `${header?.vendor}: ${pixelSizes[index]?.trust}`);
    expect(trusts.toSorted()).toEqual([
      'Gatan DigitalMicrograph: derived',
      'ImageJ: low',
      'Olympus SIS: measured',
      'Olympus SIS: measured',
    ]);
  });

  it('finds the data bars that are there and no others', async () => {
    const bars: Record<string, number | undefined> = {};
    for (const path of Object.keys(expected.files)) {
      const { dataBarHeightPx } = await harvestSample(path);
      if (dataBarHeightPx !== undefined) bars[path] = dataBarHeightPx;
    }
    expect(bars).toEqual({
      'fei/1_1.tif': 29,
      'fei/FEI-Helios-Ebeam-8bits.tif': 29,
      'fei/FEI-Helios-navcam-with-no-IRBeam-bad-floats.tif': 39,
      'fei/Mus.-800_019.tif': 79,
      'fei/NiO_DC_1200x_C.tif': 79,
      'fei/sample_2.tif': 79,
      'jeol/JEOL SEM - etched sidewall 01.tif': 64,
      'tescan/image_ChanA_000003.tif': 119,
    });
  });

  it('keeps the navigation camera from the classifier and the ion image for it', async () => {
    const camera = await harvestSample('fei/FEI-Helios-navcam-with-no-IRBeam-bad-floats.tif');
    expect(camera.classifiable).toMatchObject({ ok: false });
    const ion = await harvestSample('fei/baseline_ib.tif');
    expect(ion.classifiable).toEqual({ ok: true });
    expect(ion.issues.map(({ code }) => code)).toEqual(['ion-beam']);
  });

  it('pairs the renamed Hitachi picture by its stem', () => {
    const listing = readdirSync(join(root, 'hitachi'));
    const image = listing.find((name) => name.endsWith('.tif')) ?? '';
    const sidecar = image.replace(/tif$/, 'txt');
    const bytes = readFileSync(join(root, 'hitachi', sidecar));
    expect(new TextDecoder('utf-16le').decode(bytes)).not.toContain(`ImageName=${image}`);
    expect(
      pairSidecars(
        [image],
        listing.filter((name) => name.endsWith('.txt')),
      ).sidecarsOf(image),
    ).toEqual([sidecar]);
    expect(listing.filter((name) => looksLikeSidecar(readFileSync(join(root, 'hitachi', name)), name))).toHaveLength(2);
  });

  it('keeps the raw header byte for byte', async () => {
    const input = await inputOf('zeiss', '1908248.tif');
    expect(harvest(input).rawHeader?.bytes).toBe(input.tags.find(({ tag }) => tag === 34118)?.bytes);
  });

  it('takes the pictures of other programs for headers it does not know', async () => {
    const { acquisition, issues } = await harvestSample('none/13.tif');
    expect(acquisition.pixelSizeXM).toBeUndefined();
    expect(issues.map(({ code }) => code)).toContain('header-unknown');
  });

  it('derives a field from the words of Philips XL that is that of its drawn bar, with pixels higher than wide', async () => {
    const { acquisition, header } = await harvestSample('philips-xl/XLIMG.tiff');
    // FilipDominec/SEM_image_postprocessing: PIXEL_ANISOTROPY = .91
    expect((acquisition.pixelSizeXM ?? 0) / (acquisition.pixelSizeYM ?? 1)).toBeCloseTo(0.91, 2);
    expect(header?.terms.find(({ term }) => term === 'pixel_size_x')?.trust).toBe('derived');
  });

  it('reports the broken DataSize of a sidecar and reads the rest', () => {
    const name = 'sidecar_broken_datasize.txt';
    const sidecars = [{ name, bytes: readFileSync(join(root, '../bad', name)) }];
    const result = harvest({ fileName: 'a.tif', tags: [], sidecars, image: { widthPx: 640, heightPx: 480 } });
    expect(result.acquisition).toMatchObject({ magnification: 40, pixelSizeXM: 3.240_23e-6 });
    expect(result.issues.map(({ code }) => code)).toContain('header-value-unreadable');
  });

  it('reads the XML of every sample as plain XML, and as the parser reads it', async () => {
    const xml = ['fei/baseline_eb.tif', 'fei/baseline_ib.tif', 'fei/SEM_Image-SliceImage-001.tif', ATLAS];
    for (const path of xml) {
      const [folder = '', name = ''] = path.split('/');
      const { tags } = await inputOf(folder, name);
      const bytes = tags.find(({ tag }) => tag === 34683 || tag === 51023)?.bytes ?? new Uint8Array();
      const text = Buffer.from(bytes).toString('latin1').split('\0', 1)[0]?.trim() ?? '';
      const tree = readPlainXml(text);
      expect(tree, path).toBeDefined();
      expect(tree).toEqual(buildTree(text));
    }
  });
});
