import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonLines } from '../e2e/run-cli.ts';
import { makeWorld, NO_SERVERS, type World } from './world.ts';

const PICTURES = resolve(import.meta.dirname, '../fixtures/simulated');
const CLASSES = ['Fibres', 'Patterned_surface', 'Tips'];

interface Source {
  id: string;
  revision: number;
  human_label?: string;
  classifier?: string;
  decision: string;
}

/** The documents as Elasticsearch has them. */
async function sources(world: World): Promise<Source[]> {
  await world.ask('POST', `/${world.alias}/_refresh`);
  const found = await world.ask('POST', `/${world.alias}/_search`, { size: 100 });
  const { hits } = found as { hits: { hits: { _source: Source }[] } };
  return hits.hits.map(({ _source }) => _source);
}

async function ended(world: World, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await world.run(...args);
  expect(code, `${args.join(' ')}: ${stdout}${stderr}`).toBe(0);
  return stdout;
}

describe.skipIf(NO_SERVERS !== undefined)('labels that people give', () => {
  it('reach Elasticsearch and WebDAV with their records, and so does what a model trained on them says', async () => {
    const world = await makeWorld({ copyOf: CLASSES.map((label) => join(PICTURES, label)) });
    const fill = ['backfill', world.inbox, '--accept', 'jpeg', '--workers', '1'];
    await ended(world, ...fill);
    await world.deliver();
    const labelOf = new Map<string, string>();
    for (const { id, path } of world.originals) {
      labelOf.set(id, CLASSES.find((label) => path.includes(label)) ?? '');
    }
    for (const label of CLASSES) {
      const ids = [...labelOf].flatMap(([id, of]) => (of === label ? [id] : []));
      await ended(world, 'label', ...ids, label, '--by', 'Ann');
    }
    await ended(world, ...fill);
    await world.deliver();
    await world.expectNothingLost();
    const labelled = await sources(world);
    expect(labelled).toHaveLength(24);
    for (const { id, revision, human_label, decision } of labelled) {
      expect({ human_label, revision, decision }).toEqual({
        human_label: labelOf.get(id),
        revision: 2,
        decision: 'accepted',
      });
    }
    const found = jsonLines(await ended(world, 'search', '--label', 'Tips', '--limit', '50', '--json'));
    expect(found.filter(({ humanLabel }) => humanLabel === 'Tips')).toHaveLength(8);

    await ended(world, 'retrain', '--archive', '--name', 'lab');
    await ended(world, 'reclassify', '--model', 'lab');
    await ended(world, ...fill, '--model', 'lab');
    await world.deliver();
    await world.expectNothingLost();
    for (const { id, revision, human_label, classifier } of await sources(world)) {
      expect({ revision, human_label }).toEqual({ revision: 3, human_label: labelOf.get(id) });
      expect(classifier).toContain('lab');
    }
  });
});
