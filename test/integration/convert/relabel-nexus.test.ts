import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { type NexusWriter, openNexusWriter } from '../../../src/convert/hdf5.ts';
import type { NexusInput } from '../../../src/convert/nexus-input.ts';
import { loadNexusTemplate } from '../../../src/convert/nexus-template.ts';
import { relabelNexus } from '../../../src/convert/relabel-nexus.ts';
import type { Classification } from '../../../src/domain/record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { sharedDir } from '../../shared-folder.ts';
import { FIVE_LABELS, fullInput, NO_LABELS, nexusInput } from './nexus-inputs.ts';
import { allValues, attribute, dataset, group, withFile } from './read-hdf5.ts';

const run = promisify(execFile);
const LABELS = '/entry/classification/labels';
const [model] = [FIVE_LABELS.model];

/** What a person said of it, two labels instead of five beside it. */
const HUMAN: Classification = {
  ...(model && { model }),
  labels: FIVE_LABELS.labels.slice(0, 2),
  decision: 'accepted',
  reason: 'a person said so',
  revision: 2,
  human: { label: 'Tips', by: 'Zoë', at: '2026-01-02T03:04:05Z' },
  history: [{ labels: FIVE_LABELS.labels, decision: 'accepted', until: '2026-01-02T03:04:05Z' }],
};

let writer: NexusWriter;

beforeAll(async () => {
  writer = await openNexusWriter(await loadNexusTemplate());
});

async function fileOf(input: NexusInput): Promise<string> {
  const path = join(temporaryFolder(), 'a.h5');
  await writeFile(path, writer.write(input));
  return path;
}

function factsOf(input: NexusInput, classification: Classification): Parameters<typeof relabelNexus>[1] {
  const { record } = input;
  return {
    record: {
      ...record,
      revision: record.revision + 1,
      classification,
      provenance: { ...record.provenance, endedAt: '2026-01-02T03:04:06Z' },
    },
    fileName: 'a.r2.h5',
    nffaJson: '{"entry":{},"classification":"another"}',
  };
}

describe('relabelNexus', () => {
  it('replaces the answer and what repeats it, and leaves everything else as it was', async () => {
    const input = fullInput();
    const path = await fileOf(input);
    const before = await withFile(await readFile(path), allValues);
    await relabelNexus(path, factsOf(input, HUMAN));
    await withFile(await readFile(path), (file) => {
      expect(dataset(file, `${LABELS}/label`).value).toEqual(['Fibres', 'Tips']);
      expect(dataset(file, `${LABELS}/label_revision`).value).toBe(2);
      expect(dataset(file, `${LABELS}/human_label`).value).toBe('Tips');
      expect(dataset(file, `${LABELS}/human_label_by`).value).toBe('Zoë');
      expect(dataset(file, `${LABELS}/human_label_at`).value).toBe('2026-01-02T03:04:05Z');
      expect(attribute(file, 'file_name')).toBe('a.r2.h5');
      expect(attribute(file, 'file_time')).toBe('2026-01-02T03:04:06Z');
      const note = JSON.parse(dataset(file, '/entry/attachments/record/data').value as string) as object;
      expect(note).toMatchObject({ revision: input.record.revision + 1, classification: HUMAN });
      const after = allValues(file);
      const changed = (key: string) => /^\/?entry\/(classification|attachments\/(record|nffa)\/data)/.test(key);
      expect(new Map([...after].filter(([key]) => !changed(key)))).toEqual(
        new Map([...before].filter(([key]) => !changed(key))),
      );
      expect(before.size).toBeGreaterThan(50);
    });
  });

  it('takes the labels out again, and what a person said of a picture without labels in', async () => {
    const labelled = await fileOf(fullInput());
    await relabelNexus(labelled, factsOf(fullInput(), { ...NO_LABELS, revision: 2 }));
    await withFile(await readFile(labelled), (file) =>
      expect(group(file, '/entry').keys()).not.toContain('classification'),
    );

    const input = nexusInput({ classification: NO_LABELS });
    const bare = await fileOf(input);
    await relabelNexus(bare, factsOf(input, { ...HUMAN, labels: [] }));
    await withFile(await readFile(bare), (file) => {
      expect(dataset(file, `${LABELS}/human_label`).value).toBe('Tips');
      expect(group(file, LABELS).keys()).not.toContain('label');
    });
  });

  it('lets a file grow by some kilobytes a revision, however large it is', async () => {
    const input = fullInput();
    const path = await fileOf(input);
    const { size } = await stat(path);
    for (let revision = 2; revision < 12; revision++) {
      await relabelNexus(path, factsOf(input, { ...HUMAN, revision }));
    }
    expect((await stat(path)).size - size).toBeLessThan(10 * 24 * 1024);
    await withFile(await readFile(path), (file) => expect(dataset(file, `${LABELS}/label_revision`).value).toBe(11));
  });

  it('says of a file of others that it is none of ours', async () => {
    const path = join(temporaryFolder(), 'b.h5');
    await writeFile(path, 'no HDF5');
    await expect(relabelNexus(path, factsOf(fullInput(), HUMAN))).rejects.toMatchObject({ code: 'convert/hdf5' });
  });
});

/** Adds and removes members with another library, which finds an index that is not as it says it is. */
const EDIT_AND_READ = `
import h5py, json, sys
with h5py.File(sys.argv[1], 'r+') as f:
    names = set(f['entry'])
    for i in range(60): f['entry'].create_group(f'more{i}')
    del f['entry/classification']
    for i in range(60): del f[f'entry/more{i}']
    assert set(f['entry']) == names - {'classification'}
    f['entry/classification'] = 1
with h5py.File(sys.argv[1]) as f:
    assert set(f['entry']) == names
    seen = []
    f.visititems(lambda name, item: seen.append(item[()] if isinstance(item, h5py.Dataset) else None))
print(len(seen))
`;

describe.skipIf(sharedDir() === undefined)('independent readers', () => {
  it.each([1, 60])('take a relabelled file of %i people for a valid one, and can go on editing it', async (people) => {
    const users = Array.from({ length: people }, (_, i) => ({ name: `Person ${i}`, orcid: '0000-0002-1825-0097' }));
    const input = { ...fullInput(), users };
    const path = await fileOf(input);
    await relabelNexus(path, factsOf(input, { ...HUMAN, labels: FIVE_LABELS.labels, revision: 2 }));
    await relabelNexus(path, factsOf(input, { ...HUMAN, labels: FIVE_LABELS.labels, revision: 3 }));
    const checks = join(sharedDir() ?? '', 'checks');
    const { stdout } = await run(join(checks, 'check-record'), [path, '--no-local-paths', '--labels']).catch(
      (failed: { stdout: string }) => failed,
    );
    expect(stdout.split('\n').filter((line) => line !== '' && !line.startsWith('ok'))).toEqual([]);
    expect(stdout).toContain('pynxtools validates NXem');
    const python = `. "${checks}/venv.sh" && "$VENV/bin/python" -c "$0" "$1"`;
    const edited = await run('bash', ['-c', python, EDIT_AND_READ, path]);
    expect(Number(edited.stdout)).toBeGreaterThan(50);
  });
});
