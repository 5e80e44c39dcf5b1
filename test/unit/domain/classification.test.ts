import { describe, expect, it } from 'vitest';
import {
  effectiveLabels,
  followed,
  presentAnswer,
  renewed,
  withAnswer,
  withHumanLabel,
} from '../../../src/domain/classification.ts';
import type { Classification, Label } from '../../../src/domain/record.ts';

const OLD = { name: 'lab', version: '1', sha256: 'a'.repeat(64) };
const NEW = { name: 'lab', version: '2', sha256: 'b'.repeat(64) };
const NOW = new Date('2026-05-01T10:00:00Z');
const SAID = { label: 'Tips', by: 'Ann', at: '2026-04-30T08:00:00.000Z' };

function labels(...names: string[]): Label[] {
  return names.map((label, at) => ({ label, score: 0.5 / (at + 1), rank: at + 1 }));
}

function answer(model: typeof OLD, ...names: string[]): Classification {
  return { model, labels: labels(...names), decision: 'review', reason: 'not sure' };
}

describe('answers about a picture', () => {
  it('go into the history when another comes, and are counted', () => {
    const second = withAnswer(answer(OLD, 'Powder'), answer(NEW, 'Fibres'), NOW);
    expect(second).toMatchObject({ model: NEW, decision: 'review', revision: 2 });
    expect(second.history).toEqual([
      { model: OLD, labels: labels('Powder'), decision: 'review', until: NOW.toISOString() },
    ]);
  });

  it('never write over a person, whose label goes before them', () => {
    const said = withHumanLabel(answer(OLD, 'Powder', 'Tips'), SAID, NOW);
    const again = withAnswer(said, answer(NEW, 'Fibres'), NOW);
    for (const one of [said, again]) {
      expect(one).toMatchObject({ human: SAID, decision: 'accepted', reason: 'Tips, said by Ann on 2026-04-30.' });
    }
    expect(effectiveLabels(said).map(({ label, score, rank }) => [label, score, rank])).toEqual([
      ['Tips', 1, 1],
      ['Powder', 0.5, 2],
    ]);
    expect(again.labels).toEqual(labels('Fibres'));
    expect(again.history?.map(({ human }) => human)).toEqual([undefined, SAID]);
  });

  it('shows five labels with a person among them', () => {
    const said = withHumanLabel(answer(OLD, 'A', 'B', 'C', 'D', 'E'), { ...SAID, label: 'Z' }, NOW);
    expect(effectiveLabels(said).map(({ label }) => label)).toEqual(['Z', 'A', 'B', 'C', 'D']);
  });

  it('keeps what another person said before', () => {
    const first = withHumanLabel(answer(OLD, 'Powder'), SAID, NOW);
    const second = withHumanLabel(first, { label: 'Fibres', at: NOW.toISOString() }, NOW);
    expect(second.human?.label).toBe('Fibres');
    expect(second.reason).toBe('Fibres, said by a person on 2026-05-01.');
    expect(second.history?.at(-1)?.human).toEqual(SAID);
  });

  it('keep twenty of their history, the youngest', () => {
    let now = answer(OLD, '0');
    for (let turn = 1; turn <= 25; turn++) now = withAnswer(now, answer(OLD, String(turn)), NOW);
    expect(now.revision).toBe(26);
    expect(now.history?.map((past) => past.labels[0]?.label)).toEqual(
      Array.from({ length: 20 }, (_, at) => `${at + 5}`),
    );
  });
});

describe('a record made anew', () => {
  it('has no new revision of its labels where the same model says the same', () => {
    const before = withHumanLabel(answer(OLD, 'Powder'), SAID, NOW);
    expect(renewed(before, answer(OLD, 'Powder'), NOW)).toEqual(before);
    expect(renewed(answer(OLD, 'Powder'), answer(OLD, 'Powder'), NOW)).toEqual(answer(OLD, 'Powder'));
  });

  it('goes on from the answer before where it is another', () => {
    expect(renewed(answer(OLD, 'Powder'), answer(OLD, 'Fibres'), NOW)).toMatchObject({ revision: 2 });
    expect(renewed(answer(OLD, 'Powder'), answer(NEW, 'Powder'), NOW)).toMatchObject({ revision: 2, model: NEW });
  });
});

describe('a record that follows', () => {
  const waiting = withHumanLabel(answer(OLD, 'Powder'), SAID, NOW);

  it('takes the newer answer', () => {
    expect(followed(answer(OLD, 'Powder'), waiting, NOW)).toBe(waiting);
  });

  it('keeps what it was made anew with, and takes what a person said', () => {
    const anew = withAnswer(answer(OLD, 'Powder'), answer(NEW, 'Fibres'), NOW);
    expect(followed(anew, waiting, NOW)).toMatchObject({ model: NEW, human: SAID, revision: 3 });
    expect(followed(anew, withAnswer(answer(OLD, 'Powder'), answer(NEW, 'Tips'), NOW), NOW)).toBeUndefined();
    expect(followed(waiting, waiting, NOW)).toBeUndefined();
  });
});

describe('what is said of a record now', () => {
  const record = answer(OLD, 'Powder');

  it('is what it is still to say, else what it says', () => {
    const waiting = withAnswer(record, answer(NEW, 'Fibres'), NOW);
    expect(presentAnswer(record, waiting, NOW)).toBe(waiting);
    expect(presentAnswer(record, undefined, NOW)).toBe(record);
    expect(presentAnswer(waiting, waiting, NOW)).toBe(waiting);
  });

  it('is what a person said in the record, and the next answer is newer than one that waits unaware of it', () => {
    const said = withHumanLabel(record, SAID, NOW);
    const unaware = withAnswer(withAnswer(record, answer(NEW, 'Fibres'), NOW), answer(OLD, 'Powder'), NOW);
    const present = presentAnswer(said, unaware, NOW);
    expect(present).toMatchObject({ human: SAID, labels: said.labels });
    expect(withAnswer(present, answer(NEW, 'Fibres'), NOW).revision).toBeGreaterThan(unaware.revision ?? 0);
  });
});
