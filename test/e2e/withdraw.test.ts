import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MicrographRecord } from '../../src/domain/record.ts';
import { filesBelow, jsonLines, makePlaces, readJson, runCli } from './run-cli.ts';

const DEMO = resolve(import.meta.dirname, '../../demo');
const [CHIP, FOAM] = ['S07_chip_corner.tif', 'S13_PU_foam.tif'] as const;
/** As long as the name in the demo picture, which other words of the record contain. */
const OPERATOR = 'Qzxy';

async function archive() {
  const { inbox, repo, places } = await makePlaces();
  await mkdir(inbox);
  await copyFile(join(DEMO, FOAM), join(inbox, FOAM));
  const chip = await readFile(join(DEMO, CHIP));
  chip.write(`User=${OPERATOR}`, chip.indexOf('User=demo'), 'latin1');
  await writeFile(join(inbox, CHIP), chip);
  const run = async (...args: string[]) => {
    const [verb = '', ...rest] = args;
    const { code, stdout, stderr } = await runCli([verb, ...rest, ...places, '--json']);
    return { code, lines: jsonLines(stdout), stderr };
  };
  const { code, lines } = await run('backfill', inbox, '--workers', '1');
  expect(code).toBe(0);
  const idOf = (name: string): string => String(lines.find(({ file }) => String(file).endsWith(name))?.['id']);
  const folder = (id: string): string => join(repo, 'records', id.slice(0, 2), id.slice(2, 4), id);
  return { inbox, repo, run, idOf, folder };
}

describe('withdraw', () => {
  it('leaves a tombstone, empties the search, and makes no new record of the same bytes', async () => {
    const { inbox, run, idOf, folder } = await archive();
    const id = idOf(FOAM);
    const { code } = await run('withdraw', id, '--reason', 'wrong sample');
    expect(code).toBe(0);
    expect(await filesBelow(folder(id))).toEqual(['record.json']);
    expect(await readJson(join(folder(id), 'record.json'))).toMatchObject({ id, revision: 2, reason: 'wrong sample' });
    expect((await run('search', 'foam')).lines.map((hit) => hit['id'])).not.toContain(id);

    await copyFile(join(DEMO, FOAM), join(inbox, 'a copy.tif'));
    const again = await run('backfill', inbox, '--workers', '1');
    expect(again.code).toBe(0);
    for (const line of again.lines.filter(({ file }) => !String(file).endsWith(CHIP))) {
      expect(line).toMatchObject({ state: 'skipped' });
      expect(line['reason']).toMatch(/withdrawn.*wrong sample/);
    }
    expect(await filesBelow(folder(id))).toEqual(['record.json']);
  });

  it('wants a reason, ids that are ids, and says which record there is not', async () => {
    const { run, idOf } = await archive();
    expect((await run('withdraw', idOf(FOAM))).code).toBe(2);
    expect((await run('withdraw', 'foam.tif', '--reason', 'x')).code).toBe(2);
    const unknown = 'f'.repeat(64);
    expect(await run('withdraw', unknown, '--reason', 'x')).toMatchObject({
      code: 3,
      lines: [{ id: unknown, missing: true }],
    });
  });

  it('takes the operator out of record, header and HDF5, and keeps it out of the next revision', async () => {
    const { run, idOf, folder } = await archive();
    const id = idOf(CHIP);
    const header = (await filesBelow(folder(id))).find((name) => name.endsWith('.header.bin')) ?? '';
    expect(await readFile(join(folder(id), header), 'latin1')).toContain(`User=${OPERATOR}`);
    expect((await run('withdraw', id, '--erase', 'operator', '--workers', '1')).code).toBe(0);
    for (const revision of [2, 3]) {
      const record = MicrographRecord.parse(await readJson(join(folder(id), 'record.json')));
      expect(record).toMatchObject({ revision, erased: ['operator'] });
      for (const name of await filesBelow(folder(id))) {
        const bytes = await readFile(join(folder(id), name));
        expect(bytes.includes(OPERATOR), name).toBe(false);
      }
      expect((await run('reprocess', '--all', '--workers', '1')).code).toBe(0);
    }
  });
});
