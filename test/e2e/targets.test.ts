import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, jsonLines, makePlaces, readJson, runCli } from './run-cli.ts';

const DEMO = resolve(import.meta.dirname, '../../demo');
const NAMES = ['S13_PU_foam.tif', 'S07_chip_corner.tif', 'S14_membrane.tif'];

/** An inbox of three pictures and a config that mirrors records into a second folder. */
async function archive() {
  const { root, inbox, repo, state } = await makePlaces();
  const mirror = join(root, 'mirror');
  await mkdir(inbox);
  await mkdir(mirror);
  for (const name of NAMES) await copyFile(join(DEMO, name), join(inbox, name));
  const config = join(root, 'semantiff.config.json');
  await writeFile(config, JSON.stringify({ inbox, repo, state, publish: { folder: mirror }, workers: { count: 1 } }));
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli([...args, '--config', config, '--json']);
    return { code, lines: jsonLines(stdout), stderr };
  };
  return { root, repo, mirror, state, run };
}

function folderOf(id: string): string {
  return join('records', id.slice(0, 2), id.slice(2, 4), id);
}

describe('records and their targets', () => {
  it('arrive byte for byte, and verify finds nothing wrong', async () => {
    const { repo, mirror, run } = await archive();
    expect(await run('backfill')).toMatchObject({ code: 0 });
    const files = (await filesBelow(repo)).toSorted();
    expect((await filesBelow(mirror)).toSorted()).toEqual(files);
    for (const file of files) {
      expect((await readFile(join(mirror, file))).equals(await readFile(join(repo, file))), file).toBe(true);
    }
    expect(await run('verify')).toMatchObject({ code: 0, lines: [] });
    const { lines } = await run('verify', '--safe-to-delete');
    expect(lines).toHaveLength(3);
  });

  it('are found to differ where somebody changed one, whose original is then not safe', async () => {
    const { mirror, run } = await archive();
    const { lines } = await run('backfill');
    const id = String(lines[0]?.['id']);
    const [jpeg = ''] = (await filesBelow(join(mirror, folderOf(id)))).filter((name) => name.endsWith('.jpg'));
    await writeFile(join(mirror, folderOf(id), jpeg), 'no picture');
    const found = await run('verify');
    expect(found).toMatchObject({ code: 3, lines: [{ place: 'folder', kind: 'altered', id, file: jpeg }] });
    const safe = (await run('verify', '--safe-to-delete')).lines.filter((line) => 'safe' in line);
    expect(safe).toHaveLength(2);
  });

  it('are withdrawn at the target too, by the next delivery', async () => {
    const { mirror, run } = await archive();
    const { lines } = await run('backfill');
    const id = String(lines[0]?.['id']);
    expect((await run('withdraw', id, '--reason', 'confidential')).code).toBe(0);
    expect((await run('deliver')).code).toBe(0);
    expect(await filesBelow(join(mirror, folderOf(id)))).toEqual(['record.json']);
    expect(await readJson(join(mirror, folderOf(id), 'record.json'))).toMatchObject({ id, reason: 'confidential' });
    expect(await run('verify')).toMatchObject({ code: 0, lines: [] });
  });

  it('give the index back when REPO is lost', async () => {
    const { repo, run } = await archive();
    await run('backfill');
    const before = await run('search', 'membrane');
    await rm(repo, { recursive: true });
    const lost = await run('index', 'rebuild');
    expect(lost).toMatchObject({ code: 1, lines: [] });
    expect(lost.stderr).toMatch(/holds no records/);
    expect((await run('search', 'membrane')).lines).toEqual(before.lines);
    expect(await run('index', 'rebuild', '--from', 'folder')).toMatchObject({ code: 0, lines: [{ written: 3 }] });
    expect((await run('search', 'membrane')).lines).toEqual(before.lines);
    expect((await run('index', 'rebuild', '--from', 'elsewhere')).code).toBe(2);
  });

  it('wait while the target is away, keep nobody from working, and arrive when it is back', async () => {
    const { root, mirror, run } = await archive();
    await rm(mirror, { recursive: true });
    const { code, lines } = await run('backfill');
    expect(code).toBe(0);
    expect(lines.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    const [status] = (await run('status')).lines;
    expect(status).toMatchObject({ targets: [{ target: 'folder', waiting: 3, failed: 0, delivered: 0 }] });
    await mkdir(join(root, 'mirror'));
    expect((await run('retry', '--target', 'folder')).code).toBe(0);
    expect((await run('deliver')).code).toBe(0);
    expect((await filesBelow(mirror)).filter((name) => name.endsWith('record.json'))).toHaveLength(3);
  });
});
