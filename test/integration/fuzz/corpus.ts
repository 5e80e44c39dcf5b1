import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sharedDir } from '../../shared-folder.ts';

export interface CorpusFile {
  name: string;
  bytes: Uint8Array;
}

const REPOSITORY = resolve(import.meta.dirname, '../../..');
/** Files whose copies are mutated thousands of times; larger ones add time and no other structure. */
const MAX_BYTES = 2 * 2 ** 20;

function filesBelow(folder: string, pattern: RegExp): CorpusFile[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => pattern.test(name));
  return names
    .toSorted()
    .map((name) => ({ name: name.replaceAll('\\', '/'), bytes: readFileSync(join(folder, name)) }))
    .filter(({ bytes }) => bytes.length <= MAX_BYTES);
}

function sampleFolders(names: readonly string[], pattern: RegExp): CorpusFile[] {
  const shared = sharedDir();
  if (shared === undefined) return [];
  return names.flatMap((name) => filesBelow(join(shared, 'samples', name), pattern));
}

/** The simulated micrographs of the repository, whose headers are in the form of FEI, Zeiss and Hitachi. */
function demo(pattern: RegExp): CorpusFile[] {
  return filesBelow(join(REPOSITORY, 'demo'), pattern);
}

/** Pictures with headers and the sidecars beside them: real ones where there are any, and those of the repository. */
export function headerCorpus(): CorpusFile[] {
  const pattern = /\.(?:tiff?|txt|hdr)$/i;
  return [...sampleFolders(['headers'], pattern), ...demo(pattern)];
}

/** Pictures of every kind of structure, whole and broken; without real files the simulated ones of the repository. */
export function pictureCorpus(): CorpusFile[] {
  const real = sampleFolders(['headers', 'tiff-variants', 'bad'], /\.tiff?$/i);
  if (real.length > 0) return [...real, ...demo(/S0[14]_.*\.tif$/)];
  return [...demo(/\.tif$/), ...filesBelow(join(REPOSITORY, 'test/fixtures/simulated'), /\.jpg$/)];
}
