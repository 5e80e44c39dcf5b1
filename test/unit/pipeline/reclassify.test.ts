import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { classifyEmbedding } from '../../../src/classify/classify-batch.ts';
import type { ModelFolder } from '../../../src/classify/model-folder.ts';
import { openHead } from '../../../src/classify/open-model.ts';
import { labelRecords } from '../../../src/pipeline/label-records.ts';
import { type ReclassifySummary, reclassify } from '../../../src/pipeline/reclassify.ts';
import { createScorer } from '../../../src/pipeline/score-records.ts';
import { searchRecords } from '../../../src/search/search-records.ts';
import { openStore } from '../../../src/store/store.ts';
import { type Archive, archive } from '../../builders/archive.ts';
import { modelManifest } from '../../builders/model-manifest.ts';

const NOW = new Date('2026-05-01T10:00:00Z');
const ORIGIN = { backboneSha256: '0'.repeat(64), preprocessing: 'squash224-aa-v1', dimensions: 4 };
const OLD = { name: 'old', version: '1', sha256: 'a'.repeat(64) };
const POWDER = [{ label: 'Powder', score: 0.6, rank: 1 }];
let open: Archive | undefined;
afterEach(() => open?.store.close());

/** A model whose labels are the first three numbers of an embedding. */
function head() {
  const { neighbours: _, ...manifest } = modelManifest();
  const model: ModelFolder = {
    folder: '',
    manifest,
    sha256: 'c'.repeat(64),
    ref: { name: 'tiny', version: '1', sha256: 'c'.repeat(64) },
    head: {
      classes: 3,
      dim: 4,
      weights: Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0),
      bias: new Float32Array(3),
      mean: new Float32Array(4),
      scale: new Float32Array(4).fill(1),
    },
  };
  return openHead(model);
}

async function world(): Promise<Archive> {
  open = archive();
  const classified = { model: OLD, embedding: ORIGIN, labels: POWDER };
  await open.put('fibre.tif', classified, [5, 0, 0, 0]);
  await open.put('tip.tif', classified, [0, 0, 5, 0]);
  return open;
}

async function run(here: Archive, more: { dryRun?: boolean; only?: Set<string> } = {}): Promise<ReclassifySummary> {
  const { signal } = new AbortController();
  const model = head();
  const score = createScorer(here.repo, model);
  return await reclassify({ ...here, head: model, score, indexedHere: true, now: NOW, signal, ...more });
}

async function found(here: Archive, label: string): Promise<string[]> {
  return (await searchRecords({ label: [label] }, { index: here.store.index })).hits.map(({ name }) => name);
}

describe('reclassifying an archive', () => {
  it('gives records the answer that the model gives of their embedding, in index, ledger and what waits', async () => {
    const here = await world();
    const summary = await run(here);
    expect(summary).toMatchObject({ answered: 2, left: [], stopped: false });
    expect(summary.moved).toContainEqual({ from: 'Powder', to: 'Fibres', records: 1 });
    expect([await found(here, 'Fibres'), await found(here, 'Tips'), await found(here, 'Powder')]).toEqual([
      ['fibre.tif'],
      ['tip.tif'],
      [],
    ]);
    const [first] = here.store.labelChanges.page(2);
    const vector = Float32Array.from(first?.classification.labels[0]?.label === 'Fibres' ? [5, 0, 0, 0] : [0, 0, 5, 0]);
    expect(first?.classification).toMatchObject({ ...classifyEmbedding(vector, head()), revision: 2 });
    expect(first?.classification.history).toHaveLength(1);
    expect(here.store.ledger.lookup(['/inbox/run/tip.tif']).get('/inbox/run/tip.tif')?.modelSha256).toBe(
      'c'.repeat(64),
    );
  });

  it('does nothing the second time', async () => {
    const here = await world();
    await run(here);
    const before = here.store.labelChanges.page(9);
    expect(await run(here)).toEqual({ answered: 0, moved: [], left: [], stopped: false });
    expect(here.store.labelChanges.page(9)).toEqual(before);
  });

  it('keeps what a person said, and renews what the model said beside it', async () => {
    const here = await world();
    await labelRecords([{ record: 'tip.tif', label: 'Powder' }], { ...here, indexedHere: true, now: NOW });
    await run(here);
    const { hits } = await searchRecords({ label: ['Powder'] }, { index: here.store.index });
    expect(hits).toMatchObject([{ name: 'tip.tif', humanLabel: 'Powder', decision: 'accepted' }]);
    expect(hits[0]?.labels.map(({ label }) => label).slice(0, 2)).toEqual(['Powder', 'Tips']);
  });

  it('leaves what it cannot answer about, and says why', async () => {
    const here = await world();
    await here.put('none.tif', { model: OLD, decision: 'none' });
    await here.put(
      'other.tif',
      { model: OLD, embedding: { ...ORIGIN, backboneSha256: 'd'.repeat(64) }, labels: POWDER },
      [1, 2, 3, 4],
    );
    await here.put('lost.tif', { model: OLD, embedding: ORIGIN, labels: POWDER });
    const { left, answered } = await run(here);
    expect(answered).toBe(2);
    expect(left.map(({ reason }) => reason).toSorted()).toEqual([
      expect.stringMatching(/^it has no embedding/),
      expect.stringMatching(/^its embedding is of another network/),
      expect.stringMatching(/^the file of its embedding is missing/),
    ]);
    expect(await found(here, 'Powder')).toEqual(expect.arrayContaining(['other.tif', 'lost.tif']));
  });

  it('changes nothing in a dry run, and only what was asked for', async () => {
    const here = await world();
    expect(await run(here, { dryRun: true })).toMatchObject({ answered: 2 });
    expect(await found(here, 'Powder')).toHaveLength(2);
    const [row] = here.store.ledger.why('tip.tif');
    await run(here, { only: new Set([row?.contentHash ?? '']) });
    expect([await found(here, 'Tips'), await found(here, 'Powder')]).toEqual([['tip.tif'], ['fibre.tif']]);
  });

  it('does not write over what a person says while it is at work', async () => {
    const here = await world();
    const other = openStore(here.state, { access: 'write', durability: 'batch' });
    onTestFinished(() => other.close());
    let said = false;
    const meaningOf: Archive['meaningOf'] = async (record) => {
      if (!said) {
        said = true;
        const tools = { ...here, store: other, indexedHere: true, now: NOW };
        await labelRecords([{ record: record.source.sha256, label: 'Powder', by: 'Ann' }], tools);
      }
      return await here.meaningOf(record);
    };
    expect(await run({ ...here, meaningOf })).toMatchObject({ answered: 2, left: [] });
    const answers = here.store.labelChanges.page(9).map(({ classification }) => classification);
    expect(answers.filter(({ human }) => human?.by === 'Ann')).toMatchObject([
      { model: { name: 'tiny' }, decision: 'accepted', revision: 3 },
    ]);
    const { hits } = await searchRecords({ label: ['Powder'] }, { index: here.store.index });
    expect(hits).toMatchObject([{ humanLabel: 'Powder' }]);
  });

  it('answers about a record whose file was changed since, which the index alone knows', async () => {
    const here = await world();
    const bytes = { bytes: 2, mtimeMs: 2 };
    here.store.ledger.enqueue([{ path: '/inbox/run/tip.tif', ...bytes }], 'queued', 'complete');
    expect(await run(here)).toMatchObject({ answered: 2 });
    expect(await found(here, 'Tips')).toEqual(['tip.tif']);
    expect(await run(here)).toMatchObject({ answered: 0, left: [] });
  });
});
