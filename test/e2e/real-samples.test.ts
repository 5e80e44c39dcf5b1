import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { MicrographRecord } from '../../src/domain/record.ts';
import { sharedDir } from '../shared-folder.ts';
import { filesBelow, jsonLines, makePlaces, readJson, runCli } from './run-cli.ts';

const shared = sharedDir() ?? '';
const run = promisify(execFile);

/** Stored as true colour: the plane is its luminance, the exact samples lie beside it. */
const COLOUR = new Set(['olympus-sis/olympus_SIS.tif']);

/** Folders of samples whose headers we read. */
const VENDORS: ReadonlyMap<string, RegExp> = new Map([
  ['fei', /FEI/],
  ['zeiss', /Zeiss/],
  ['hitachi', /Hitachi/],
  ['tescan', /Tescan/],
  ['jeol', /JEOL/],
  ['philips-xl', /Philips/],
]);

async function check(tool: string, args: string[]): Promise<string> {
  return await run(join(shared, 'checks', tool), args).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string; stderr?: string }) => `FAIL ${error.stdout ?? ''}${error.stderr ?? ''}`,
  );
}

describe.skipIf(shared === '')('backfill of real micrographs', () => {
  let repo: string;
  const records: { record: MicrographRecord; folder: string }[] = [];

  beforeAll(async () => {
    const here = await makePlaces();
    repo = here.repo;
    const inbox = join(shared, 'samples/headers');
    const result = await runCli(['backfill', inbox, ...here.places, '--workers', '2', '--json']);
    expect(result.code, result.stderr).toBe(0);
    const states = jsonLines(result.stdout).map(({ state }) => state);
    expect(states.filter((state) => state === 'done')).toHaveLength(27);
    for (const file of (await filesBelow(repo)).filter((name) => name.endsWith('record.json'))) {
      const folder = join(repo, file, '..');
      records.push({ record: MicrographRecord.parse(await readJson(join(repo, file))), folder });
    }
  });

  it('gives 27 records, each with the vendor that wrote the picture where we read its header', () => {
    expect(records).toHaveLength(27);
    for (const { record } of records) {
      const [folder = ''] = record.source.path.split('/');
      const expected = VENDORS.get(folder);
      if (expected !== undefined) expect(record.header?.vendor, record.source.path).toMatch(expected);
    }
  });

  it('writes HDF5 that independent readers open, plot, calibrate and validate', { timeout: 900_000 }, async () => {
    for (const { record, folder } of records) {
      const nexus = record.artefacts.find(({ role }) => role === 'nexus')?.path ?? '';
      const flags = ['--no-local-paths'];
      if (record.acquisition.pixelSizeXM === undefined) flags.push('--uncalibrated');
      if (record.classification.labels.length > 0) flags.push('--labels');
      const said = await check('check-record', [join(folder, nexus), ...flags]);
      expect(said, record.source.path).not.toMatch(/FAIL/);
    }
  });

  it('keeps the pixels of the TIFF bit for bit', { timeout: 300_000 }, async () => {
    for (const { record, folder } of records) {
      const nexus = record.artefacts.find(({ role }) => role === 'nexus')?.path ?? '';
      const { heightPx, dataBarHeightPx = 0, dataBarFrom } = record.image;
      const args = [join(shared, 'samples/headers', record.source.path), join(folder, nexus)];
      if (COLOUR.has(record.source.path)) args.push('--dataset', '/entry/attachments/colour');
      else args.push('--rows', String(heightPx - (dataBarFrom === 'header' ? dataBarHeightPx : 0)));
      expect(await check('compare-pixels', args), record.source.path).not.toMatch(/FAIL/);
    }
  });
});

describe.skipIf(shared === '')('backfill of broken files', () => {
  it('gives every file a state with a reason, and goes on', async () => {
    const here = await makePlaces();
    const inbox = join(shared, 'samples/bad');
    const args = ['backfill', inbox, ...here.places, '--accept', 'tiff,jpeg,png', '--deadline', '30', '--json'];
    const result = await runCli(args);
    expect(result.code).toBe(3);
    const lines = jsonLines(result.stdout);
    expect(lines).toHaveLength((await filesBelow(inbox)).length);
    for (const { state, reason, file } of lines) {
      expect(['done', 'skipped', 'quarantined'], String(file)).toContain(state);
      expect(String(reason).length, String(file)).toBeGreaterThan(10);
    }
    expect(lines.filter(({ reason }) => /crash|deadline|memory|internal/i.test(String(reason)))).toEqual([]);
    const again = await runCli(args);
    expect(again.code, 'quarantined files are reported until they change').toBe(3);
    expect(jsonLines(again.stdout).filter(({ state }) => state === 'done')).toEqual([]);
  });
});
