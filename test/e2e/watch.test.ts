import { appendFile, copyFile, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { memorySource } from '../../src/raster/memory-source.ts';
import { readTiff } from '../../src/raster/tiff-directory.ts';
import { TAG } from '../../src/raster/tiff-format.ts';
import { filesBelow, finished, jsonLines, makePlaces, runCli, startCli } from './run-cli.ts';

const DEMO = resolve(import.meta.dirname, '../../demo');
const stops: (() => Promise<unknown>)[] = [];

/** A running `watch`; `next` gives its reports one by one. */
async function startWatch(...options: string[]) {
  const here = await makePlaces();
  await mkdir(here.inbox);
  const start = () => {
    const child = startCli([
      'watch',
      here.inbox,
      ...here.places,
      '--settle-ms',
      '200',
      '--workers',
      '1',
      '--json',
      ...options,
    ]);
    const end = finished(child);
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    const stop = async () => {
      child.kill('SIGTERM');
      return await end;
    };
    stops.push(stop);
    return {
      child,
      stop,
      next: async (): Promise<Record<string, unknown>> =>
        JSON.parse((await lines.next()).value as string) as Record<string, unknown>,
    };
  };
  return { ...here, start };
}

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** The same file calling its strips old-style JPEG, which nobody can decode. */
async function withOldJpegCompression(whole: Buffer): Promise<Buffer> {
  const broken = Buffer.from(whole);
  const entry = (await readTiff(memorySource(whole))).pages[0].entries.get(TAG.compression);
  broken.writeUInt16LE(6, entry?.offset);
  return broken;
}

describe('watch', () => {
  it('takes what is there at the start, what comes later, and what came while it was stopped', async () => {
    const { inbox, repo, start } = await startWatch();
    await copyFile(join(DEMO, 'S07_chip_corner.tif'), join(inbox, 'there before.tif'));
    const first = start();
    expect(await first.next()).toMatchObject({ state: 'done', file: join(inbox, 'there before.tif') });
    await mkdir(join(inbox, 'new folder'));
    await copyFile(join(DEMO, 'S13_PU_foam.tif'), join(inbox, 'new folder', 'später.tif'));
    expect(await first.next()).toMatchObject({ state: 'done', file: join(inbox, 'new folder', 'später.tif') });
    const { code } = await first.stop();
    expect(code).toBe(0);
    await copyFile(join(DEMO, 'S14_membrane.tif'), join(inbox, '停止中.tif'));
    const second = start();
    expect(await second.next()).toMatchObject({ state: 'done', file: join(inbox, '停止中.tif') });
    await second.stop();
    expect((await filesBelow(repo)).filter((file) => file.endsWith('record.json'))).toHaveLength(3);
    expect((await filesBelow(repo)).filter((file) => file.includes('.staging'))).toEqual([]);
  });

  it('waits for a file that is still being written, says why, and takes it when its structure is whole', async () => {
    const { inbox, places, start } = await startWatch();
    const watch = start();
    const whole = await readFile(join(DEMO, 'S11_Cu2O_crystals.tif'));
    const path = join(inbox, 'slow.tif');
    await writeFile(path, whole.subarray(0, whole.length - 5000));
    let waiting: Record<string, unknown>[] = [];
    while (!waiting.some(({ state, reason }) => state === 'waiting' && /bytes/.test(String(reason)))) {
      waiting = jsonLines((await runCli(['status', 'slow.tif', ...places, '--json'])).stdout);
    }
    await appendFile(path, whole.subarray(whole.length - 5000));
    expect(await watch.next()).toMatchObject({ state: 'done', file: path });
  });

  it('goes on after a broken file, and takes it again when its bytes change', async () => {
    const { inbox, start } = await startWatch();
    const watch = start();
    const path = join(inbox, 'broken.tif');
    const whole = await readFile(join(DEMO, 'S16_etched_W_tip.tif'));
    await writeFile(path, await withOldJpegCompression(whole));
    expect(await watch.next()).toMatchObject({ state: 'quarantined', file: path });
    const replacement = join(inbox, 'tip.part');
    const file = await open(replacement, 'w');
    await file.writeFile(whole);
    await file.close();
    await rename(replacement, path);
    expect(await watch.next()).toMatchObject({ state: 'done', file: path });
  });
});
