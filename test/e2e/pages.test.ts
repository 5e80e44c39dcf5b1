import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MicrographRecord } from '../../src/domain/record.ts';
import { buildTiff, type PageSpec } from '../builders/tiff-builder.ts';
import { dataset, withFile } from '../integration/convert/read-hdf5.ts';
import { filesBelow, makePlaces, readJson, runCli } from './run-cli.ts';

const STACK = '/entry/roi1/img/image1/stack_2d/real';
const PAGE: PageSpec = { width: 300, height: 280 };

async function recordWith(args: string[], config = ''): Promise<{ record: MicrographRecord; nexus: Uint8Array }> {
  const { root, inbox, repo, places } = await makePlaces();
  await mkdir(inbox);
  await writeFile(join(inbox, 'scan.tif'), buildTiff({ ...PAGE, morePages: [PAGE, PAGE] }));
  await writeFile(join(root, 'semantiff.config.yaml'), config);
  const file = ['--config', join(root, 'semantiff.config.yaml')];
  const result = await runCli(['backfill', inbox, ...places, ...file, '--workers', '1', '--no-classify', ...args]);
  expect(result.code, result.stderr).toBe(0);
  const files = await filesBelow(repo);
  const [path = ''] = files.filter((name) => name.endsWith('record.json'));
  const [nexus = ''] = files.filter((name) => name.endsWith('.h5'));
  return {
    record: MicrographRecord.parse(await readJson(join(repo, path))),
    nexus: await readFile(join(repo, nexus)),
  };
}

describe('backfill of a TIFF of three pages', () => {
  it('keeps all of them, deflated where the config says so', async () => {
    const { record, nexus } = await recordWith([], 'convert: { compression: gzip }\n');
    expect(record.image.pages).toBe(3);
    expect(record.issues.find(({ code }) => code === 'more-pages')).toMatchObject({ pages: 3, frames: 3, others: 0 });
    await withFile(nexus, (file) => {
      const stack = dataset(file, STACK);
      expect(stack.shape).toEqual([3, 280, 300]);
      expect(stack.metadata.chunks?.map(Number)).toEqual([1, 256, 256]);
      expect(stack.filters.map(({ id }) => id)).toEqual([1]);
    });
  });

  it('keeps the first alone with --pages first', async () => {
    const { record, nexus } = await recordWith(['--pages', 'first']);
    expect(record.image.pages).toBe(3);
    expect(record.issues.find(({ code }) => code === 'more-pages')).toMatchObject({ pages: 3 });
    await withFile(nexus, (file) => expect(file.get(STACK)).toBeNull());
  });

  it('refuses other words', async () => {
    const { inbox, places } = await makePlaces();
    const { code, stderr } = await runCli(['backfill', inbox, ...places, '--pages', 'some']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/convert\.pages.*flag/);
  });
});
