import { describe, expect, it } from 'vitest';
import { parseVerbArguments } from '../../../src/commands/invocation.ts';
import { duration, progressLine } from '../../../src/commands/progress.ts';
import { oneLine, table } from '../../../src/commands/table.ts';
import { VERBS } from '../../../src/commands/usage.ts';
import { configLeaves } from '../../../src/config/leaves.ts';

describe('table', () => {
  it('lines columns up, wide characters and all', () => {
    const text = table(
      [{ title: 'file' }, { title: 'kV', align: 'right' }],
      [
        ['試料.tif', '5'],
        ['a.tif', '15'],
      ],
    );
    expect(text.split('\n')).toEqual(['file      kV', '--------  --', '試料.tif   5', 'a.tif     15', '']);
  });

  it('cuts long cells, and lets no header text move the cursor', () => {
    expect(table([{ title: 'x', max: 5 }], [['abcdefgh']])).toMatch(/^abcd…$/m);
    expect(oneLine('evil\u001b[2J\nname')).toBe('evil name');
  });
});

describe('progressLine', () => {
  it('tells count, rate and time left, and fits the terminal', () => {
    expect(progressLine(50, 200, 10, '', 100)).toMatch(/50\/200 files, 10\/s, 15 s left/);
    expect(progressLine(50, undefined, 2.5, '1 quarantined', 100)).toMatch(/50 files, 2\.5\/s {2}1 quarantined/);
    expect(progressLine(50, 200, 10, 'x'.repeat(500), 60).length).toBeLessThan(60);
  });

  it('says durations as people do', () => {
    expect([42, 200, 18_600].map(duration)).toEqual(['42 s', '3 min 20 s', '5 h 10 min']);
  });
});

describe('the verbs', () => {
  it('name only settings that exist', () => {
    const settings = new Set(configLeaves().map(({ path }) => path));
    const named = Object.values(VERBS).flatMap(({ options }) =>
      Object.values(options).flatMap(({ setting }) => setting ?? []),
    );
    expect(named.filter((setting) => !settings.has(setting))).toEqual([]);
  });

  it('parse what their help says, and refuse the rest with the option named', () => {
    const spec = VERBS['search'];
    if (!spec) throw new Error('no search');
    expect(parseVerbArguments(['two', 'words', '--kv', '5..15', '--label', 'a', '--label', 'b'], spec)).toMatchObject({
      operands: ['two', 'words'],
      values: { kv: '5..15', label: ['a', 'b'] },
    });
    expect(() => parseVerbArguments(['--volts', '5'], spec)).toThrow(/--volts/);
  });
});
