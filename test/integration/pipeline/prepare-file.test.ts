import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assembleRecord } from '../../../src/pipeline/assemble-record.ts';
import { type PreparedFile, prepareFile } from '../../../src/pipeline/prepare-file.ts';
import type { Grey8 } from '../../../src/raster/picture.ts';
import { greyPicture, specimen, withStrip } from '../../builders/grey-picture.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { buildTiff } from '../../builders/tiff-builder.ts';
import { workerSettings } from '../../builders/worker-settings.ts';

/** A file of this picture without any header, read and understood as a worker does, and its record. */
async function prepared(grey: Grey8) {
  const folder = temporaryFolder();
  const path = join(folder, 'scan.tif');
  writeFileSync(path, buildTiff({ width: grey.widthPx, height: grey.heightPx, pixels: grey.data }));
  const settings = workerSettings(join(folder, 'records'), { memoryMiB: 1024 });
  const task = { path, inbox: folder, relativePath: 'scan.tif', sidecars: [], redo: false };
  const tools = { modelSha256: 'f'.repeat(64), allocate: (size: number) => new Uint8Array(size) };
  const file = await prepareFile(task, settings, tools);
  if ('kind' in file) throw new Error(`expected a prepared file, found ${file.kind}`);
  await file.jpeg;
  const classification = { labels: [], decision: 'none' as const, reason: 'a test' };
  return { file, record: assembleRecord(file, classification, [], settings, { name: 'semantiff', version: '0.0.0' }) };
}

function networkImage({ input }: PreparedFile): Uint8Array {
  if ('none' in input) throw new Error(input.none);
  return input.image;
}

describe('a file without a header', () => {
  it('is classified without the data bar that its picture shows, and its record says where that came from', async () => {
    const picture = specimen(640, 480);
    const barred = await prepared(withStrip(picture, { background: 255, height: 50 }));
    expect(barred.record.image).toMatchObject({ heightPx: 480, dataBarHeightPx: 50, dataBarFrom: 'picture' });
    const cropped = await prepared({ ...picture, heightPx: 430, data: picture.data.subarray(0, 430 * 640) });
    expect(networkImage(barred.file)).toEqual(networkImage(cropped.file));
    expect(cropped.record.image).not.toHaveProperty('dataBarHeightPx');
  });

  it('has the faults of its picture among the issues of its record', async () => {
    const { record } = await prepared(specimen(640, 480, { noise: 45 }));
    expect(record.issues.map(({ code }) => code)).toContain('noisy');
  });

  it('is not classified where nothing but the data bar shows anything', async () => {
    const { file, record } = await prepared(
      withStrip(
        greyPicture(640, 480, () => 77),
        { background: 0, height: 50 },
      ),
    );
    expect(file.input).toEqual({ none: 'the picture has no contrast' });
    expect(record.issues.map(({ code }) => code)).toContain('no-contrast');
  });
});
