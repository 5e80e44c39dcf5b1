import { describe, expect, it } from 'vitest';
import { harvest } from '../../../src/metadata/harvest.ts';
import type { HarvestInput, TiffText } from '../../../src/metadata/harvest-types.ts';
import { latin1, sidecarInput, tagInput } from './harvest-input.ts';

function withText(tiffText: TiffText): HarvestInput {
  return { fileName: 'a.tif', tags: [], sidecars: [], tiffText, image: { widthPx: 100, heightPx: 100 } };
}

describe('a picture without a known header', () => {
  it('keeps what TIFF itself says, and trusts none of it', () => {
    const { instrument, acquisition, header, issues } = harvest(
      withText({
        make: 'Olympus',
        model: 'Quemesa',
        software: 'analySIS 3.2',
        dateTime: '2018:11:15 19:42:31',
        artist: 'THU',
      }),
    );
    expect(instrument).toEqual({ vendor: 'Olympus', model: 'Quemesa', softwareVersion: 'analySIS 3.2' });
    expect(acquisition).toEqual({ operator: 'THU', acquiredAt: '2018-11-15T19:42:31' });
    expect(new Set(header?.terms.map(({ trust }) => trust))).toEqual(new Set(['low']));
    expect(issues.map(({ code }) => code)).toEqual(['header-unknown', 'pixel-size-missing']);
  });

  it.each([1, 28, 72, 96, 150, 256, 270.9, 300, 600, 1200, 2400, 4800])(
    'takes %d dots per inch for no pixel size',
    (dpi) => {
      const { acquisition } = harvest(withText({ resolution: { xPerUnit: dpi, yPerUnit: dpi, unit: 'inch' } }));
      expect(acquisition).not.toHaveProperty('pixelSizeXM');
    },
  );

  it('takes a resolution without a unit for no pixel size', () => {
    const { acquisition } = harvest(withText({ resolution: { xPerUnit: 1e6, yPerUnit: 1e6, unit: 'none' } }));
    expect(acquisition).not.toHaveProperty('pixelSizeXM');
  });

  it('takes a resolution as fine as a microscope, with low trust', () => {
    const { acquisition, header } = harvest(
      withText({ resolution: { xPerUnit: 1e6, yPerUnit: 1e6, unit: 'centimetre' } }),
    );
    expect(acquisition.pixelSizeXM).toBe(1e-8);
    expect(header?.terms.map(({ trust }) => trust)).toEqual(['low', 'low', 'low', 'low']);
  });

  it('survives a resolution of zero', () => {
    const { acquisition } = harvest(withText({ resolution: { xPerUnit: 0, yPerUnit: 0, unit: 'inch' } }));
    expect(acquisition).not.toHaveProperty('pixelSizeXM');
  });

  it('keeps the bytes of a header that no reader knows', () => {
    const { rawHeader, header } = harvest(tagInput(50431, '[MAIN]\nMagnification=1000\n'));
    expect(rawHeader).toMatchObject({ place: 'tiff:50431', mediaType: 'application/octet-stream' });
    expect(header).toBeUndefined();
  });
});

describe('a sidecar that no reader knows', () => {
  it('is kept beside the picture that it belongs to', () => {
    const result = harvest(sidecarInput(latin1('$SEM_DATA_VERSION 1\n$CM_MAG 100\n')));
    expect(result).toMatchObject({ usedSidecars: ['picture.txt'], rawHeader: { place: 'sidecar:picture.txt' } });
    expect(result.issues[0]).toMatchObject({ code: 'header-unknown', place: 'sidecar:picture.txt' });
  });
});

describe('hostile headers', () => {
  it('take a picture of no rows for unreadable', () => {
    const { header, issues } = harvest(sidecarInput(latin1('[SemImageFile]\nDataSize=1280x0\nPixelSize=5\n')));
    expect(header?.terms.map(({ term }) => term)).not.toContain('image_height');
    expect(issues).toContainEqual(expect.objectContaining({ code: 'header-value-unreadable', term: 'image_height' }));
  });

  it('state no field that is wider than a number can say', () => {
    const text = '[Beam]\nBeam=EBeam\nScan=EScan\n[EScan]\nPixelWidth=1e307\nPixelHeight=1e-9\n';
    const { acquisition, issues } = harvest(tagInput(34682, text));
    expect(acquisition).not.toHaveProperty('fieldWidthM');
    expect(issues).toContainEqual(
      expect.objectContaining({ code: 'header-value-unreadable', term: 'field_of_view_x' }),
    );
  });

  it('reads no header of more than eight mebibytes', () => {
    const bytes = new Uint8Array(8 * 1024 * 1024 + 1).fill(0x41);
    const tags = [{ place: 'tiff:34682', tag: 34682, bytes }];
    const codes = harvest({ ...tagInput(34682, ''), tags }).issues.map(({ code }) => code);
    expect(codes).toEqual(['header-unreadable', 'header-unknown', 'pixel-size-missing']);
    const sidecar = harvest(sidecarInput(bytes)).issues.map(({ code }) => code);
    expect(sidecar).toContain('sidecar-unreadable');
  });

  it.each([
    ['line ends', `[Beam]\n${'\n'.repeat(1_000_000)}`],
    ['open brackets', `[Beam]\nHV=1\n${'['.repeat(1_000_000)}`],
    ['one long line', `[Beam]\nHV=${'9'.repeat(1_000_000)}`],
    ['one long key', `[Beam]\n${'A_'.repeat(500_000)}`],
    ['NULs', `[Beam]\nHV=1\n${'\0'.repeat(1_000_000)}`],
  ])('is done with a megabyte of %s in less than a second', (_, text) => {
    const inputs = [
      tagInput(34682, text),
      tagInput(34118, `AP_MAG\nMag = 1 X\n${text}`),
      sidecarInput(latin1(`[SemImageFile]\nCondition=${text}`)),
    ];
    const started = performance.now();
    for (const input of inputs) harvest(input);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('never throws on random bytes behind a good beginning', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
    for (let round = 0; round < 200; round++) {
      const noise = Uint8Array.from({ length: 300 }, () => Math.floor(random() * 256));
      for (const [tag, start] of [
        [34682, '[Beam]\nBeam=EBeam\n[EBeam]\nHFW='],
        [34118, 'AP_MAG\nMag = 1 K X\nAP_WIDTH\n'],
      ] as const) {
        const bytes = new Uint8Array([...latin1(start), ...noise]);
        expect(() => harvest({ ...tagInput(tag, ''), tags: [{ place: 'tiff', tag, bytes }] })).not.toThrow();
      }
      const sidecar = new Uint8Array([...latin1('[SemImageFile]\nPixelSize='), ...noise]);
      expect(() => harvest(sidecarInput(sidecar))).not.toThrow();
    }
  });

  it('gives a header that is only its beginning what that beginning says', () => {
    const result = harvest(tagInput(34682, '[Beam]\nHV=2000\nBeam=EBeam\n[EBe'));
    expect(result.acquisition).toMatchObject({ beam: 'electron', accelerationVoltageV: 2000 });
  });
});
