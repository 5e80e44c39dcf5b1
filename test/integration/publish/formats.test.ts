import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContentHash } from '../../../src/domain/ids.ts';
import type { UserMetadata } from '../../../src/domain/user-metadata.ts';
import { openTools } from '../../../src/pipeline/open-tools.ts';
import { processBatch } from '../../../src/pipeline/process-batch.ts';
import type { FileTask } from '../../../src/pipeline/protocol.ts';
import { type ExportFormat, exportRecords } from '../../../src/publish/export-records.ts';
import { readRecord } from '../../../src/publish/read-record.ts';
import { PACKAGE_ROOT } from '../../../src/software.ts';
import { workerSettings } from '../../builders/worker-settings.ts';
import { sharedDir } from '../../shared-folder.ts';

const run = promisify(execFile);
const shared = sharedDir() ?? '';
const HEADERS = join(shared, 'samples/headers');
const DEMO = join(PACKAGE_ROOT, 'demo');

const USER: UserMetadata = {
  project: 'Solar cells',
  sample: { name: 'ZnO wires', identifier: { value: '10.60516/AU1101', type: 'IGSN' }, atomTypes: ['Zn', 'O'] },
  creators: [
    { name: 'Josiah Carberry', orcid: '0000-0002-1825-0097', email: 'j@example.org', affiliation: 'Brown University' },
    { name: 'Ada L.' },
  ],
  licence: 'CC-BY-4.0',
  keywords: ['nanowires', 'photovoltaics'],
  timeZone: 'Europe/Rome',
};

interface Case {
  what: string;
  folder: string;
  /** The first file of the folder whose name has this. */
  name: RegExp;
  user?: UserMetadata;
}

const CASES: Case[] = [
  { what: 'Zeiss', folder: join(HEADERS, 'zeiss'), name: /^125nm_03\.tif$/ },
  { what: 'Hitachi with its sidecar and a name in Japanese', folder: join(HEADERS, 'hitachi'), name: /\.tif$/ },
  { what: 'a picture without a header', folder: join(HEADERS, 'none'), name: /^13\.tif$/ },
  { what: 'a demo picture of which people say everything', folder: DEMO, name: /^S09.*\.tif$/, user: USER },
];

async function taskOf({ folder, name, user }: Case): Promise<FileTask> {
  const names = await readdir(folder);
  const picture = names.find((one) => name.test(one)) ?? '';
  const stem = picture.replace(/\.tif$/, '');
  const beside = names.filter((one) => one === `${stem}.txt`);
  return {
    path: join(folder, picture),
    inbox: folder,
    relativePath: picture,
    sidecars: beside.map((one) => ({ path: join(folder, one), name: one, bytes: 0, mtimeMs: 0 })),
    redo: false,
    ...(user && { userContext: { user, issues: [], digest: 'told' } }),
  };
}

describe.skipIf(shared === '')('validators that other people wrote', () => {
  let root = '';
  let repo = '';
  const ids = new Map<string, ContentHash>();

  beforeAll(async () => {
    // The crates' validator takes a folder with blanks above the crate for another base, so there are none here.
    root = await mkdtemp(join(tmpdir(), 'semantiff-formats-'));
    repo = join(root, 'repo');
    await mkdir(repo);
    const model = { folder: join(PACKAGE_ROOT, 'models/nffa-sem-small/1') };
    const publish = { operator: true, host: 'sem-pc' };
    const tools = await openTools(workerSettings(repo, { model, publish }), join(repo, '.staging', 'test'));
    const results = await processBatch(await Promise.all(CASES.map(taskOf)), tools, () => {});
    for (const [i, result] of results.entries()) {
      if (result.kind !== 'written') throw new Error(`expected a record, found ${JSON.stringify(result)}`);
      ids.set(CASES[i]?.what ?? '', result.record.id);
    }
    await tools.model?.close();
  });

  afterAll(() => rm(root, { recursive: true, force: true }));

  function idOf(what: string): ContentHash {
    const id = ids.get(what);
    if (id === undefined) throw new Error(`no record of ${what}`);
    return id;
  }

  async function exported(format: ExportFormat, chosen: Iterable<ContentHash>): Promise<string> {
    const to = await mkdtemp(join(root, `${format}-`));
    const { failed } = await exportRecords({
      repo,
      to,
      format,
      ids: chosen,
      placing: 'copy',
      site: { publisher: 'Lab 3' },
      now: new Date(),
      signal: new AbortController().signal,
      onReport: () => {},
    });
    expect(failed).toBe(0);
    return to;
  }

  async function failures(options: string[], id: ContentHash): Promise<string[]> {
    const stored = await readRecord(repo, id);
    const nexus = stored?.record.artefacts.find(({ role }) => role === 'nexus')?.path ?? '';
    const calibrated = stored?.record.acquisition.pixelSizeXM !== undefined;
    const all = [
      join(stored?.folder ?? '', nexus),
      '--no-local-paths',
      ...(calibrated ? [] : ['--uncalibrated']),
      ...options,
    ];
    const { stdout } = await run(join(shared, 'checks/check-record'), all).catch((no: { stdout: string }) => no);
    expect(stdout).toContain('no local paths');
    return stdout.split('\n').filter((line) => line !== '' && !line.startsWith('ok'));
  }

  it.each(CASES)('accept crate, DataCite and PROV of $what', async ({ what }) => {
    const id = idOf(what);
    const folder = (await readRecord(repo, id))?.folder ?? '';
    const datacite = join(await exported('datacite', [id]), `${id}.datacite.json`);
    const prov = join(await exported('prov', [id]), `${id}.prov.json`);
    expect(await failures(['--crate', folder, '--datacite', datacite, '--prov', prov], id)).toEqual([]);
  });

  it('accept a crate of all of them', async () => {
    expect(await failures(['--crate', await exported('ro-crate', ids.values())], idOf('Zeiss'))).toEqual([]);
  });

  it('would refuse a crate of ours in which a file is missing', async () => {
    const id = idOf('Zeiss');
    const to = await exported('ro-crate', [id]);
    const below = join(to, 'records', id.slice(0, 2), id.slice(2, 4), id);
    const jpeg = (await readdir(below)).find((name) => name.endsWith('.jpg')) ?? '';
    await rm(join(below, jpeg));
    expect(await failures(['--crate', below], id)).toEqual([expect.stringContaining('RO-Crate')]);
  });

  it('find no path of this computer in the formats that have no validator here', async () => {
    const id = idOf('Zeiss');
    for (const format of ['scicat', 'schema-org'] as const) {
      const file = join(await exported(format, [id]), `${id}.${format}.json`);
      // The checker looks for paths in whatever file it is given as PROV, and only then whether it is one.
      const lines = await failures(['--prov', file], id);
      expect(lines.filter((line) => line.includes('local paths'))).toEqual([]);
    }
  });
});
