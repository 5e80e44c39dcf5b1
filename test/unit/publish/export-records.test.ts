import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ContentHash, recordFolder } from '../../../src/domain/ids.ts';
import { crateFile } from '../../../src/publish/crate-file.ts';
import {
  type ExportOptions,
  type ExportReport,
  type ExportSummary,
  exportRecords,
} from '../../../src/publish/export-records.ts';
import { listRecords } from '../../../src/publish/list-records.ts';
import { type ArtefactFile, commitRecords, stageRecord } from '../../../src/publish/publish-record.ts';
import { withdrawRecord } from '../../../src/publish/withdraw-record.ts';
import { idOf, makeRecord } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { FULL } from '../../builders/told-records.ts';

const NAMES = ['a.tif', 'b.tif', 'c.tif'];

/** A REPO with records of these pictures, each with an HDF5, a JPEG and its crate. */
async function repoOf(names = NAMES, crate = true): Promise<string> {
  const repo = temporaryFolder();
  const staging = join(repo, '.staging', 'test');
  const staged = names.map((name) => {
    const { artefacts: _, ...draft } = makeRecord({ name });
    const files: ArtefactFile[] = [
      { role: 'nexus', name: 'picture 1.h5', mediaType: 'application/x-hdf5', bytes: Buffer.from(`pixels of ${name}`) },
      { role: 'jpeg', name: 'picture 1.jpg', mediaType: 'image/jpeg', bytes: Buffer.from(`look of ${name}`) },
    ];
    return stageRecord(draft, crate ? [...files, crateFile()] : files, staging);
  });
  await commitRecords(staged, repo);
  rmSync(join(repo, '.staging'), { recursive: true });
  return repo;
}

function placeOf(repo: string, name: string): string {
  return join(repo, recordFolder(idOf(name)));
}

async function run(
  repo: string,
  wanted: Partial<ExportOptions> = {},
): Promise<{ to: string; reports: ExportReport[]; summary: ExportSummary }> {
  const to = join(temporaryFolder(), 'out');
  const reports: ExportReport[] = [];
  const summary = await exportRecords({
    repo,
    to,
    format: 'ro-crate',
    ids: listRecords(repo),
    placing: 'copy',
    site: {},
    now: new Date('2024-05-06T07:08:09Z'),
    signal: new AbortController().signal,
    onReport: (report) => reports.push(report),
    ...wanted,
  });
  return { to, reports, summary };
}

function rootOf(to: string): { '@graph': Record<string, unknown>[] } {
  return JSON.parse(readFileSync(join(to, 'ro-crate-metadata.json'), 'utf8')) as {
    '@graph': Record<string, unknown>[];
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .toSorted();
}

describe('listRecords', () => {
  it('finds every record in order, and nothing that only looks like one', async () => {
    const repo = await repoOf();
    mkdirSync(join(repo, 'records', '00', '11', 'f'.repeat(64)), { recursive: true });
    mkdirSync(join(repo, 'records', 'notes'));
    const found: ContentHash[] = [];
    for await (const id of listRecords(repo)) found.push(id);
    expect(found).toEqual(NAMES.map(idOf).toSorted());
  });
});

describe('a crate of records', () => {
  it.each(['copy', 'link'] as const)(
    'holds every file of every record, by %s, and names each record',
    async (placing) => {
      const repo = await repoOf();
      const { to, summary } = await run(repo, { placing });
      expect(summary).toMatchObject({ exported: 3, failed: 0, withdrawn: 0, stopped: false });
      expect(filesBelow(to)).toHaveLength(3 * 4 + 1);
      const copy = join(to, recordFolder(idOf('a.tif')), 'picture 1.h5');
      expect(readFileSync(copy, 'utf8')).toBe('pixels of a.tif');
      expect(statSync(copy).nlink).toBe(placing === 'link' ? 2 : 1);
      const graph = rootOf(to)['@graph'];
      const root = graph.find((entity) => entity['@id'] === './');
      expect(root).toMatchObject({ datePublished: '2024-05-06T07:08:09.000+00:00', license: { '@id': '#no-licence' } });
      expect(root?.['hasPart']).toHaveLength(3);
    },
  );

  it('can be written again over itself', async () => {
    const repo = await repoOf();
    const first = await run(repo, { placing: 'link' });
    const again = await run(repo, { placing: 'link', to: first.to });
    expect(again.summary.exported).toBe(3);
    expect(filesBelow(first.to)).toHaveLength(3 * 4 + 1);
  });

  it('describes the records that were made without a crate of their own', async () => {
    const { to } = await run(await repoOf(NAMES, false));
    expect(filesBelow(to).filter((name) => name === 'ro-crate-metadata.json')).toHaveLength(4);
  });

  it('leaves out a record whose file is not as record.json says, names it, and goes on', async () => {
    const repo = await repoOf();
    writeFileSync(join(placeOf(repo, 'b.tif'), 'picture 1.jpg'), 'look of something else');
    rmSync(join(placeOf(repo, 'c.tif'), 'picture 1.h5'));
    const { to, reports, summary } = await run(repo);
    expect(summary).toMatchObject({ exported: 1, failed: 2 });
    const failed = reports.flatMap((report) => (report.kind === 'failed' ? [report] : []));
    expect(new Set(failed.map(({ id }) => id))).toEqual(new Set([idOf('b.tif'), idOf('c.tif')]));
    expect(failed.find(({ id }) => id === idOf('b.tif'))?.reason).toContain('expected SHA-256');
    expect(filesBelow(to)).toHaveLength(4 + 1);
    expect(rootOf(to)['@graph'].find((entity) => entity['@id'] === './')?.['hasPart']).toHaveLength(1);
  });
});

describe('exportRecords', () => {
  it('leaves a withdrawn record out and tells why', async () => {
    const repo = await repoOf();
    const id = idOf('a.tif');
    await withdrawRecord(repo, id, { reason: 'a person is in it', now: new Date('2024-05-06T07:08:09Z') });
    const { reports, summary } = await run(repo, { format: 'datacite' });
    expect(summary).toMatchObject({ exported: 2, withdrawn: 1, failed: 0 });
    expect(reports).toContainEqual({
      kind: 'withdrawn',
      id,
      reason: `the record ${id} was withdrawn at 2024-05-06T07:08:09.000+00:00: a person is in it`,
    });
  });

  it.each(['datacite', 'prov', 'schema-org', 'scicat'] as const)('writes one file a record as %s', async (format) => {
    const { to, summary } = await run(await repoOf(), { format });
    expect(filesBelow(to)).toEqual(NAMES.map((name) => `${idOf(name)}.${format}.json`).toSorted());
    expect([...summary.missing.values()].every((count) => count === 3)).toBe(true);
  });

  it('lays records out as an upload of NOMAD', async () => {
    const { to } = await run(await repoOf(['a.tif']), { format: 'nomad' });
    expect(filesBelow(to)).toEqual(['nomad.json', 'picture 1.archive.json', 'picture 1.nxs']);
  });

  it('hands the documents out and writes nothing where no folder is named', async () => {
    const repo = await repoOf(['a.tif']);
    const { to: _, ...rest } = {
      to: '',
      repo,
      format: 'ro-crate' as const,
      ids: [idOf('a.tif')],
      placing: 'copy' as const,
    };
    const reports: ExportReport[] = [];
    await exportRecords({
      ...rest,
      site: {},
      now: new Date(0),
      signal: new AbortController().signal,
      onReport: (report) => reports.push(report),
    });
    expect(reports).toMatchObject([{ kind: 'exported', files: [], document: { '@graph': expect.anything() } }]);
  });

  it('names a record that REPO does not have or cannot be understood', async () => {
    const repo = await repoOf(['a.tif', 'b.tif']);
    writeFileSync(join(placeOf(repo, 'a.tif'), 'record.json'), '{}');
    const { reports } = await run(repo, { format: 'prov', ids: [idOf('a.tif'), idOf('nowhere'), idOf('b.tif')] });
    expect(reports.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'exported']);
  });

  it('stops before the next record when it is told to, and what it wrote is whole', async () => {
    const repo = await repoOf();
    const controller = new AbortController();
    const { to, summary } = await run(repo, { signal: controller.signal, onReport: () => controller.abort() });
    expect(summary).toMatchObject({ exported: 1, stopped: true });
    expect(rootOf(to)['@graph'].find((entity) => entity['@id'] === './')?.['hasPart']).toHaveLength(1);
  });
});

it('a crate of records of one licence has that licence', async () => {
  const repo = temporaryFolder();
  const { artefacts: _, ...draft } = FULL;
  await commitRecords([stageRecord(draft, [crateFile()], join(repo, '.staging', 'test'))], repo);
  const { to } = await run(repo);
  const root = rootOf(to)['@graph'].find((entity) => entity['@id'] === './');
  expect(root?.['license']).toEqual({ '@id': 'https://spdx.org/licenses/CC-BY-4.0.html' });
});
