import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { completePicture } from '../../../src/pipeline/complete-picture.ts';
import type { PictureKind } from '../../../src/pipeline/protocol.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const demo = (name: string): string => resolve(import.meta.dirname, '../../../demo', name);
const BARE = demo('S04_carbon_weave.tif');

async function ask(
  path: string,
  { quietMs = 2000, hasSidecar = false, accept = ['tiff'] as PictureKind[], sidecarGraceMs = 60_000 } = {},
) {
  const beside = { quietMs, hasSidecar: async () => await Promise.resolve(hasSidecar) };
  return await completePicture(path, { sidecarGraceMs, accept }, beside);
}

describe('a complete picture', () => {
  it('waits for its sidecar when no header is inside, for the rest of the grace time', async () => {
    expect(await ask(BARE)).toEqual({
      complete: false,
      reason: 'it has no header inside that can be read, and waits up to 60 s for its sidecar',
      againMs: 58_000,
    });
  });

  it('waits no longer when the sidecar is there, the time is over, or there is none', async () => {
    expect(await ask(BARE, { hasSidecar: true })).toEqual({ complete: true });
    expect(await ask(BARE, { quietMs: 60_000 })).toEqual({ complete: true });
    expect(await ask(BARE, { sidecarGraceMs: 0, quietMs: 0 })).toEqual({ complete: true });
  });

  it.each(['S13_PU_foam.tif', 'S07_chip_corner.tif'])(
    'does not wait when it is %s, with its header inside',
    async (name) => {
      expect(await ask(demo(name), { quietMs: 0 })).toEqual({ complete: true });
    },
  );

  it('waits only when it is of a kind that becomes a record', async () => {
    const path = join(temporaryFolder(), 'a.png');
    await writeFile(
      path,
      await sharp({ create: { width: 8, height: 8, channels: 3, background: 'grey' } })
        .png()
        .toBuffer(),
    );
    expect(await ask(path)).toEqual({ complete: true });
    expect((await ask(path, { accept: ['tiff', 'png'] })).complete).toBe(false);
  });
});
