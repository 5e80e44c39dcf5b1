import { describe, expect, it } from 'vitest';
import { createHandedOut } from '../../../src/watcher/handed-out.ts';

const SEEN = { size: 10, mtimeMs: 1 };

describe('memory of what was handed out', () => {
  it('wants a path once for each size and mtime', () => {
    const handed = createHandedOut(() => false);
    expect(handed.isWanted('a', SEEN)).toBe(true);
    handed.add('a', SEEN);
    expect(handed.isWanted('a', SEEN)).toBe(false);
    expect(handed.isWanted('a', { size: 11, mtimeMs: 1 })).toBe(true);
    expect(handed.isWanted('a', { size: 10, mtimeMs: 2 })).toBe(true);
  });

  it('does not want what the ledger knows', () => {
    const handed = createHandedOut((path, size, mtimeMs) => path === 'a' && size === 10 && mtimeMs === 1);
    expect(handed.isWanted('a', SEEN)).toBe(false);
    expect(handed.isWanted('a', { size: 11, mtimeMs: 1 })).toBe(true);
  });

  it('wants a file again that was taken back', () => {
    const handed = createHandedOut(() => false);
    handed.add('a', SEEN);
    handed.takeBack('a');
    expect(handed.isWanted('a', SEEN)).toBe(true);
  });

  it('forgets what a complete walk did not meet, and keeps the rest', () => {
    const handed = createHandedOut(() => false);
    handed.add('met', SEEN);
    handed.add('gone', SEEN);
    handed.beginRound();
    expect(handed.isWanted('met', SEEN)).toBe(false);
    handed.add('new', SEEN);
    handed.endRound();
    expect(['met', 'new', 'gone'].map((path) => handed.isWanted(path, SEEN))).toEqual([false, false, true]);
  });
});
