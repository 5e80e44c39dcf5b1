import { describe, expect, it } from 'vitest';
import { harvest } from '../../../src/metadata/harvest.ts';
import type { HarvestInput, HarvestResult } from '../../../src/metadata/harvest-types.ts';
import { tagInput } from './harvest-input.ts';

/** The numbers of NiO_DC_1200x_C.tif (FEI), whose TIFF has 1536 x 1103 pixels, 79 rows of them the data bar. */
const FEI = `[User]
Date=02/13/2020
Time=08:08:14 PM

[Beam]
Beam=EBeam
Scan=EScan

[EBeam]
HFW=0.000172667
VFW=0.000115111

[EScan]
PixelWidth=1.12413e-007
PixelHeight=1.12413e-007

[Image]
ResolutionX=1536
ResolutionY=1024

[PrivateFei]
DatabarHeight=79
TimeOfCreation=13.02.2020 20:08:14
`;

function trustOf({ header }: HarvestResult, ...terms: string[]): unknown[] {
  return terms.map((name) => header?.terms.find(({ term }) => term === name)?.trust);
}

function fei(text: string, change: Partial<HarvestInput> = {}): HarvestResult {
  return harvest(tagInput(34682, text, change));
}

function codes({ issues }: HarvestResult): string[] {
  return issues.map(({ code }) => code);
}

describe('pixel size against field', () => {
  it('agrees in a whole picture with its data bar', () => {
    expect(codes(fei(FEI))).toEqual([]);
  });

  it('finds the pixel size of SmartSEM V08, which is twice that of the picture', () => {
    // 1-as-cast_16_Sch_10k_InLens.tif states 11.16 nm and 11.43 µm; V08 writes the double (remark in pynxtools-em).
    const text = 'AP_WIDTH\nWidth = 11.43 µm\nAP_PIXEL_SIZE\nPixel Size = 22.32 nm\n';
    const result = harvest(tagInput(34118, text, { image: { widthPx: 1024, heightPx: 768 } }));
    expect(result.issues).toEqual([
      {
        code: 'pixel-size-conflict',
        severity: 'warning',
        message: 'AP_PIXEL_SIZE 22.32 nm times 1024 columns is 22.86 µm, but AP_WIDTH says 11.43 µm.',
        pixelSizeM: 2.232e-8,
        fieldFromPixelSizeM: 2.232e-8 * 1024,
        fieldWidthM: 1.143e-5,
      },
    ]);
    expect(trustOf(result, 'pixel_size_x', 'field_of_view_x')).toEqual(['conflict', 'conflict']);
  });
});

describe("the pixel's width against its height", () => {
  it('is in conflict where the fields bear out one of them only', () => {
    const result = fei(FEI.replace('PixelHeight=1.12413e-007', 'PixelHeight=2.24826e-007'));
    expect(result.issues).toMatchObject([
      { code: 'pixel-size-conflict', pixelSizeXM: 1.12413e-7, pixelSizeYM: 2.24826e-7 },
    ]);
    expect(result.issues[0]?.message).toContain('112.4 nm wide by [EScan] PixelWidth, but 224.8 nm high');
    expect(trustOf(result, 'pixel_size_x', 'pixel_size_y')).toEqual(['conflict', 'conflict']);
  });

  it('may differ where both fields say so', () => {
    const text = FEI.replace('PixelHeight=1.12413e-007', 'PixelHeight=2.24826e-007');
    const result = fei(text.replace('VFW=0.000115111', 'VFW=0.000230222'));
    expect(codes(result)).toEqual([]);
    expect(trustOf(result, 'pixel_size_x', 'pixel_size_y')).toEqual(['measured', 'measured']);
  });

  it('may differ by what rounding leaves', () => {
    expect(codes(fei(FEI.replace('PixelHeight=1.12413e-007', 'PixelHeight=1.125e-007')))).toEqual([]);
  });
});

describe('the size that the header states against that of the TIFF', () => {
  it('shows a picture that was scaled down after it was taken', () => {
    const result = fei(FEI, { image: { widthPx: 768, heightPx: 512 } });
    expect(result.issues).toContainEqual({
      code: 'image-size-conflict',
      severity: 'warning',
      message:
        'The header ([Image] ResolutionX, [Image] ResolutionY) states a picture of 1536 x 1024 pixels, but the TIFF has 768 x 512.',
      headerWidthPx: 1536,
      headerHeightPx: 1024,
      tiffWidthPx: 768,
      tiffRowsPx: 512,
    });
    expect(codes(result)).toContain('pixel-size-conflict');
    expect(trustOf(result, 'image_width', 'image_height', 'pixel_size_x')).toEqual([
      'conflict',
      'conflict',
      'conflict',
    ]);
  });

  it('counts the rows of the data bar apart', () => {
    const result = fei(FEI.replace('ResolutionX=1536', 'ResolutionX=1500'));
    expect(result.dataBarHeightPx).toBe(79);
    expect(result.issues.find(({ code }) => code === 'image-size-conflict')?.message).toMatch(
      /1500 x 1024 pixels, but the TIFF has 1536 x 1024 and a data bar of 79 rows\.$/,
    );
  });

  it('says nothing where the header states no size', () => {
    const text = 'AP_WIDTH\nWidth = 11.43 µm\n';
    const result = harvest(tagInput(34118, text, { image: { widthPx: 300, heightPx: 200 } }));
    expect(codes(result)).toEqual([]);
  });
});

describe('the date', () => {
  const taken = Date.UTC(2020, 1, 13, 20, 8, 14);
  const hour = 3_600_000;
  const now = Date.UTC(2026, 0, 1);

  it('may lie up to a day behind the time of the file, for it has no zone', () => {
    const times = { fileModifiedMs: taken - 23 * hour, nowMs: now };
    expect(codes(fei(FEI, { times }))).toEqual([]);
  });

  it('cannot be later than the file', () => {
    const times = { fileModifiedMs: Date.UTC(2019, 6, 1, 12), nowMs: now };
    const result = fei(FEI, { times });
    expect(result.issues).toEqual([
      {
        code: 'date-implausible',
        severity: 'warning',
        message:
          '[User] Date, Time says that the picture was taken at 2020-02-13T20:08:14, but its file was last modified at 2019-07-01T12:00:00Z.',
        acquiredAt: '2020-02-13T20:08:14',
        bound: '2019-07-01T12:00:00Z',
      },
    ]);
    expect(trustOf(result, 'acquired_at')).toEqual(['conflict']);
  });

  it('cannot lie in the future', () => {
    const times = { fileModifiedMs: taken + 2 * hour, nowMs: Date.UTC(2020, 0, 1) };
    const [found] = fei(FEI, { times }).issues;
    expect(found).toMatchObject({ code: 'date-implausible', bound: '2020-01-01T00:00:00Z' });
  });

  it('is not held against a file time that an archive made up', () => {
    for (const fileModifiedMs of [0, Date.UTC(1980, 0, 1), Date.UTC(1985, 9, 26, 8, 15)]) {
      expect(codes(fei(FEI, { times: { fileModifiedMs, nowMs: now } }))).toEqual([]);
    }
  });

  it('is left alone where nothing is known of the file', () => {
    expect(codes(fei(FEI))).toEqual([]);
  });
});
