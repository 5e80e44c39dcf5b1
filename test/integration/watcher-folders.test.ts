import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderWatch } from '../../src/watcher/watch-folders.ts';

let root: string;
let close: () => Promise<void>;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'semantiff-events-')));
});
afterEach(async () => {
  await close();
  await rm(root, { recursive: true, force: true });
});

/** Opens the events of `root`, and lets a test wait until paths were named; that of a watched folder is `a/.watched`. */
async function openEvents(recursive: boolean) {
  const named = new Set<string>();
  const errors: unknown[] = [];
  const news = new EventEmitter();
  const take = (path: string): void => {
    named.add(relative(root, path).split(sep).join('/'));
    news.emit('named');
  };
  const events = folderWatch(recursive)(root, (path) => path.endsWith('@eaDir'), {
    onFile: take,
    onFolder: (path) => take(join(path, '.watched')),
    onReady: () => news.emit('ready'),
    onError: (error) => errors.push(error),
  });
  close = async () => await events.close();
  await once(news, 'ready');
  const isNamed = async (...paths: string[]): Promise<void> => {
    while (!paths.every((path) => named.has(path))) await once(news, 'named');
  };
  return { isNamed, named, errors };
}

describe.each([
  ['one watch for each folder', false],
  ['one watch for all', true],
])('events of folders by %s', (_name, recursive) => {
  it('name files that come, change and go, at any depth', { timeout: 20_000 }, async () => {
    await mkdir(join(root, 'a/b'), { recursive: true });
    const { isNamed, named, errors } = await openEvents(recursive);
    await writeFile(join(root, '1.tif'), 'x');
    await writeFile(join(root, 'a/b/画像.tif'), 'x');
    await isNamed('1.tif', 'a/b/画像.tif');
    named.clear();
    await writeFile(join(root, 'a/b/画像.tif'), 'xy');
    await rm(join(root, '1.tif'));
    await isNamed('1.tif', 'a/b/画像.tif');
    expect(errors).toEqual([]);
  });
});

describe('events of folders', () => {
  it('name folders that come, and what comes into them', async () => {
    const { isNamed } = await openEvents(false);
    await mkdir(join(root, 'new/deep'), { recursive: true });
    await isNamed('new/.watched');
    await rename(join(root, 'new'), join(root, 'other'));
    await isNamed('other/.watched');
    await writeFile(join(root, 'other/deep/1.tif'), 'x');
    await isNamed('other/deep/1.tif');
  });

  it('do not come from ignored folders', async () => {
    await mkdir(join(root, '@eaDir'));
    const { isNamed, named } = await openEvents(false);
    await writeFile(join(root, '@eaDir/1.tif'), 'x');
    await writeFile(join(root, '2.tif'), 'x');
    await isNamed('2.tif');
    expect([...named]).toEqual(['2.tif']);
  });

  it('outlive folders that are removed and made again', async () => {
    await mkdir(join(root, 'a'));
    const { isNamed, named, errors } = await openEvents(false);
    await rm(join(root, 'a'), { recursive: true });
    await isNamed('a');
    named.clear();
    await mkdir(join(root, 'a'));
    await isNamed('a/.watched');
    await writeFile(join(root, 'a/1.tif'), 'x');
    await isNamed('a/1.tif');
    expect(errors).toEqual([]);
  });
});
