import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../builders/temporary-folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PICTURES = join(ROOT, 'test/fixtures/simulated');
const IMPORT = /import \{([^}]+)\} from '(\.[^']+)'/g;

async function scripts(): Promise<string[]> {
  const folders = ['bench', 'experiments', 'scripts'];
  const names = await Promise.all(
    folders.map(async (folder) => (await readdir(join(ROOT, folder))).map((name) => join(folder, name))),
  );
  return names.flat().filter((name) => name.endsWith('.mjs'));
}

/** What a script imports from the built program: each name, and the module that it is to be in. */
async function importsOf(script: string): Promise<{ name: string; path: string }[]> {
  const text = await readFile(join(ROOT, script), 'utf8');
  return [...text.matchAll(IMPORT)].flatMap(([, names = '', from = '']) => {
    const path = resolve(dirname(join(ROOT, script)), from);
    // Scripts run when they are imported; what they take from each other is found when they do.
    if (!path.startsWith(join(ROOT, 'dist'))) return [];
    return names.split(',').flatMap((one) => {
      const name = one.trim().split(' as ')[0] ?? '';
      return name === '' ? [] : [{ name, path }];
    });
  });
}

describe('scripts beside the source', () => {
  it('import nothing that the built program no longer has', async () => {
    const missing: string[] = [];
    let checked = 0;
    for (const script of await scripts()) {
      for (const { name, path } of await importsOf(script)) {
        checked += 1;
        const found = (await import(pathToFileURL(path).href)) as object;
        if (!(name in found)) missing.push(`${script}: ${name} of ${path}`);
      }
    }
    expect(missing).toEqual([]);
    expect(checked).toBeGreaterThan(50);
  });

  it.each([
    ['merge-categories', []],
    ['images-per-category', []],
    ['annotated-images', ['--draw', '0.3']],
    ['two-category-images', ['--compose', '20']],
  ])('experiment %s runs on class folders and says how many images it used', async (name, options) => {
    const script = join(ROOT, `experiments/${name}.mjs`);
    const args = [script, PICTURES, '--repeats', '1', '--cache', temporaryFolder(), ...options];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toMatch(/\b80 images\b/);
    expect(stdout).toMatch(/\|.*\|/);
  });
});
