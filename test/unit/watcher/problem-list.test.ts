import { describe, expect, it } from 'vitest';
import { createProblemList } from '../../../src/watcher/problem-list.ts';

function createBench() {
  const told: string[] = [];
  const list = createProblemList('/inbox', ({ code, path }) => told.push(`${code} ${path}`));
  const report = (path: string) => list.report({ code: 'folder-unreadable', path, message: 'EACCES' });
  return { told, list, report };
}

describe('problem list', () => {
  it('tells a problem once while scans meet it, and anew when it was gone in between', () => {
    const { told, list, report } = createBench();
    for (let scan = 0; scan < 5; scan++) {
      list.beginRound();
      if (scan !== 3) report('/inbox/a');
      list.endRound();
    }
    expect(told).toEqual(['folder-unreadable /inbox/a', 'folder-unreadable /inbox/a']);
  });

  it('sums up a flood', () => {
    const { told, list, report } = createBench();
    list.beginRound();
    for (let i = 0; i < 5000; i++) report(`/inbox/${i}`);
    list.endRound();
    expect(told).toHaveLength(1001);
    expect(told.at(-1)).toBe('more-problems /inbox');
  });
});
