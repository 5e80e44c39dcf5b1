import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

describe('the compiled kernels', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kernels-'));
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/make-kernels.mjs'), folder]);
    expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' });
  }, 60_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['pixel-kernels.wasm', 'text-kernels.wasm'])('%s is what its source compiles to', (name) => {
    expect(readFileSync(join(folder, name)).equals(readFileSync(join(ROOT, 'assets', name)))).toBe(true);
  });
});
