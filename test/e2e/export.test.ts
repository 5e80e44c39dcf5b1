import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesBelow, jsonLines, makePlaces, runCli } from './run-cli.ts';

const DEMO = resolve(import.meta.dirname, '../../demo');
const FORMATS = ['datacite', 'ro-crate', 'prov', 'schema-org', 'scicat', 'nomad'];

let made: Awaited<ReturnType<typeof makePlaces>>;

beforeAll(async () => {
  made = await makePlaces();
  await mkdir(made.inbox);
  for (const name of ['S09_GaAs_wires_tilt45.tif', 'S13_PU_foam.tif']) {
    await copyFile(join(DEMO, name), join(made.inbox, name));
  }
  const filled = await runCli(['backfill', made.inbox, ...made.places, '-w', '1', '--no-classify']);
  expect(filled.code, filled.stderr).toBe(0);
});

describe('export', () => {
  it.each(FORMATS)('writes all records as %s and says what is not stated', async (format) => {
    const to = join(made.root, 'out', format);
    const done = await runCli(['export', '--format', format, '--to', to, ...made.places]);
    expect(done.code, done.stderr).toBe(0);
    expect(done.stdout).toContain(`2 records exported as ${format} to ${to}.\nNot stated`);
    expect((await filesBelow(to)).length).toBeGreaterThanOrEqual(2);
  });

  it('takes records that a search finds, or that are named', async () => {
    const found = await runCli(['export', '--format', 'prov', '--json', 'GaAs', ...made.places]);
    const [line, ...more] = jsonLines(found.stdout);
    expect(line, found.stderr).toMatchObject({ kind: 'exported', name: 'S09_GaAs_wires_tilt45.tif', files: [] });
    expect(line?.['document']).toHaveProperty('wasGeneratedBy');
    expect(more).toEqual([]);
    const named = await runCli(['export', '--format', 'prov', '--json', '--id', String(line?.['id']), ...made.places]);
    expect(jsonLines(named.stdout)).toEqual([line]);
  });

  it.each([
    { what: 'no format', args: ['--to', 'out'] },
    { what: 'a format nobody knows', args: ['--format', 'marc', '--to', 'out'] },
    { what: 'nowhere to write', args: ['--format', 'prov'] },
    { what: 'an id that is none', args: ['--format', 'prov', '--json', '--id', 'abc'] },
    { what: 'a fact that no standard asks for', args: ['--format', 'prov', '--json', '--set', 'colour=red'] },
  ])('refuses $what', async ({ args }) => {
    expect(await runCli(['export', ...args, ...made.places], made.root)).toMatchObject({ code: 2, stdout: '' });
  });

  it('never writes into REPO', async () => {
    const refused = await runCli(['export', '--format', 'prov', '--to', join(made.repo, 'out'), ...made.places]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('outside REPO') });
  });
});

describe('verify', () => {
  it('is content with what was made, and prints the originals that are safe and nothing else', async () => {
    expect(await runCli(['verify', ...made.places])).toMatchObject({
      code: 0,
      stdout: '2 records verified, 0 differences.\n',
    });
    const safe = await runCli(['verify', '--safe-to-delete', ...made.places]);
    expect(safe.code, safe.stderr).toBe(0);
    const originals = ['S09_GaAs_wires_tilt45.tif', 'S13_PU_foam.tif'].map((name) => join(made.inbox, name));
    expect(safe.stdout.trimEnd().split('\n').toSorted()).toEqual(originals);
    expect(safe.stderr).toContain('REPO holds the only other copy');
  });

  it('ends with 3 and names the file when one is altered; an export leaves that record out', async () => {
    const jpeg = (await filesBelow(made.repo)).find((name) => name.endsWith('foam.jpg')) ?? '';
    const whole = await readFile(join(made.repo, jpeg));
    await writeFile(join(made.repo, jpeg), whole.toReversed());
    const verified = await runCli(['verify', '--json', ...made.places]);
    const exported = await runCli(['export', '--format', 'ro-crate', '--to', join(made.root, 'bad'), ...made.places]);
    await writeFile(join(made.repo, jpeg), whole);
    expect(verified.code).toBe(3);
    expect(jsonLines(verified.stdout)).toMatchObject([{ place: 'repo', kind: 'altered', file: 'S13_PU_foam.jpg' }]);
    expect(exported).toMatchObject({ code: 3, stderr: expect.stringContaining('S13_PU_foam.jpg: expected SHA-256') });
  });

  it('verifies the files of a REPO that has no ledger here', async () => {
    const nowhere = join(made.root, 'nowhere');
    const verified = await runCli(['verify', '--out', made.repo, '--state', nowhere]);
    expect(verified).toMatchObject({ code: 0, stderr: expect.stringContaining('its files alone are verified') });
    await rm(nowhere, { recursive: true, force: true });
  });
});
