import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestTarget } from '../contract/publisher-suite.ts';

/** A target whose files lie in a folder of this computer. */
export function folderTarget(root: string): Omit<TestTarget, 'publisher'> {
  const at = (path: string): string => join(root, path);
  return {
    names: async (folder) => (existsSync(at(folder)) ? readdirSync(at(folder)).toSorted() : []),
    read: async (path) => (existsSync(at(path)) ? readFileSync(at(path)) : undefined),
    plant: async (path, content) => {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), content);
    },
  };
}
