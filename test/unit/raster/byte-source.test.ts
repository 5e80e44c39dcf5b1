import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileSource } from '../../../src/raster/file-source.ts';
import { memorySource } from '../../../src/raster/memory-source.ts';
import { rejection } from '../../expect-ingest-error.ts';

const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251);

describe('memorySource', () => {
  it('gives views of the file, not copies', async () => {
    const part = await memorySource(bytes).read(10, 5);
    expect(part.buffer).toBe(bytes.buffer);
    expect(part).toEqual(bytes.slice(10, 15));
  });

  it('refuses to read past the end and says how long the file had to be', async () => {
    const error = await rejection(memorySource(bytes).read(299_999, 2), 'raster/truncated');
    expect(error.context['needsBytes']).toBe(300_001);
  });
});

describe('openFileSource', () => {
  let folder = '';
  let path = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'semantiff raster 試料 ü '));
    path = join(folder, 'picture (1).tif');
    await writeFile(path, bytes);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads the same bytes as memory at, across and beyond its block borders', async () => {
    const source = await openFileSource(path);
    const reads: [number, number][] = [
      [0, 8],
      [65_530, 20],
      [65_536, 65_536],
      [299_990, 10],
      [1, 299_999],
      [300_000, 0],
    ];
    for (const [offset, length] of reads) {
      expect(Buffer.from(await source.read(offset, length))).toEqual(Buffer.from(bytes.slice(offset, offset + length)));
    }
    await source.close();
  });

  it('refuses to read past the end', async () => {
    const source = await openFileSource(path);
    await rejection(source.read(300_000, 1), 'raster/truncated');
    await source.close();
  });

  it('reports a file that was cut while it was open as truncated', async () => {
    const source = await openFileSource(path);
    await truncate(path, 1000);
    await rejection(source.read(100_000, 10), 'raster/truncated');
    await source.close();
  });

  it('reports a missing file as a fault of reading that may pass', async () => {
    const error = await rejection(openFileSource(join(folder, 'absent.tif')), 'store/io');
    expect(error.retryable).toBe(true);
  });
});
