import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completePicture } from '../../../src/pipeline/complete-picture.ts';
import { createNameInside } from '../../../src/pipeline/name-inside.ts';
import { candidateRules } from '../../../src/watcher/candidate.ts';
import { systemClock } from '../../../src/watcher/clock.ts';
import { createSidecarFinder } from '../../../src/watcher/find-sidecars.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { sharedDir } from '../../shared-folder.ts';

const HITACHI = join(sharedDir() ?? '', 'samples/headers/hitachi');
/** What the real sidecar, UTF-16 with full-width characters, calls its picture. */
const NAME_INSIDE = 'タンポポ花粉-１_200倍(x200).tif';

describe.skipIf(sharedDir() === undefined)('a real picture of a Hitachi microscope', () => {
  const finder = () => createSidecarFinder(candidateRules(['tiff']), systemClock, createNameInside());

  it('finds its sidecar by stem in other Unicode forms, and by the name inside', async () => {
    const names = await readdir(HITACHI);
    const [picture, sidecar] = ['.tif', '.txt'].map((end) =>
      names.find((name) => name.startsWith('sample') && name.endsWith(end)),
    );
    const folder = temporaryFolder();
    const put = async (from: string | undefined, to: string): Promise<string> => {
      await copyFile(join(HITACHI, from ?? ''), join(folder, to));
      return join(folder, to);
    };
    const byStem = await put(picture, picture ?? '');
    const stem = await put(sidecar, 'SAMPLE-1_200倍(X200).TXT');
    const byName = await put(picture, NAME_INSIDE.normalize('NFKC'));
    const named = await put(sidecar, 'header 7.txt');
    expect((await finder().find(byStem)).map(({ path }) => path)).toEqual([stem]);
    expect((await finder().find(byName)).map(({ path }) => path)).toEqual([named]);
    expect(await finder().picturesOf(named)).toEqual([byName]);
  });

  it('waits for its sidecar, while pictures of FEI and Zeiss do not', async () => {
    const ask = async (path: string) =>
      await completePicture(
        path,
        { sidecarGraceMs: 60_000, accept: ['tiff'] },
        { quietMs: 0, hasSidecar: async () => await Promise.resolve(false) },
      );
    for (const folder of ['hitachi', 'fei', 'zeiss']) {
      const root = join(HITACHI, '..', folder);
      const pictures = (await readdir(root)).filter((name) => /\.tiff?$/i.test(name)).slice(0, 3);
      expect(pictures, folder).not.toEqual([]);
      for (const name of pictures) expect((await ask(join(root, name))).complete, name).toBe(folder !== 'hitachi');
    }
  });
});
