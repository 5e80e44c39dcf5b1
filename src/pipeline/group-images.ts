import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { MicrographRecord } from '../domain/record.ts';
import type { LabelledImage } from '../train/dataset.ts';
import { createUserFiles } from './user-files.ts';

/** What images can have in common that makes them resemble each other. */
export const GROUPINGS = ['session', 'sample', 'folder', 'source', 'none'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/**
 * Gives the pictures of class folders their groups: the folder below the class folder (also as `session`), the sample
 * that a `semantiff.yml` beside or above them names, or the source before "__" in the file name. An image without one
 * stands alone. Without `by` the folders count where a class has several of them.
 */
export async function groupFiles(
  images: readonly LabelledImage[],
  roots: readonly string[],
  by: Grouping | undefined,
): Promise<LabelledImage[]> {
  const placed = images.map((image) => ({ image, ...placeOf(image.file, roots) }));
  switch (by) {
    case 'none':
      return [...images];
    case 'session':
    case 'folder':
      return placed.map(({ image, folder }) => inGroup(image, folder));
    case 'source':
      return images.map((image) => inGroup(image, sourceOf(image.file.split(/[/\\]/).at(-1) ?? '')));
    case 'sample':
      return await bySample(placed);
    case undefined:
      return hasSeveralFolders(placed) ? placed.map(({ image, folder }) => inGroup(image, folder)) : [...images];
  }
}

/** The group of a record, by instrument and day where no grouping is asked for; undefined where it has none. */
export function groupOfRecord(
  { source, acquisition, user, instrument }: MicrographRecord,
  by: Grouping | undefined,
): string | undefined {
  const folder = known(source.path.split('/').slice(0, -1).join('/'));
  const session = sessionOf(instrument, acquisition.acquiredAt);
  switch (by) {
    case 'none':
      return undefined;
    case 'session':
      return session ?? folder;
    case 'folder':
      return folder;
    case 'source':
      return sourceOf(source.name);
    case 'sample':
      return acquisition.sampleName ?? user?.sample?.name;
    case undefined:
      return session;
  }
}

/** `2024-05-17` of a local or UTC time. */
const DAY = /^\d{4}-\d{2}-\d{2}/;

function sessionOf(
  { id, vendor, model, serialNumber }: MicrographRecord['instrument'],
  at: string | undefined,
): string | undefined {
  const day = at?.match(DAY)?.[0];
  const name = id ?? [vendor, model, serialNumber].filter((part) => part !== undefined).join(' ');
  return day === undefined || name === '' ? undefined : `${name} ${day}`;
}

interface Placed {
  image: LabelledImage;
  /** Absolute. */
  root: string;
  /** Below the class folder, with "/"; undefined for a picture that lies in the class folder itself. */
  folder: string | undefined;
}

function placeOf(file: string, roots: readonly string[]): Omit<Placed, 'image'> {
  const root = roots.map((one) => resolve(one)).find((one) => liesBelow(one, file)) ?? dirname(file);
  const [, ...below] = relative(root, dirname(file)).split(sep);
  return { root, folder: known(below.join('/').normalize('NFC')) };
}

function liesBelow(root: string, file: string): boolean {
  const path = relative(root, file);
  return !path.startsWith('..') && !isAbsolute(path);
}

function known(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function inGroup(image: LabelledImage, group: string | undefined): LabelledImage {
  return group === undefined ? image : { ...image, group };
}

/** `SOURCE` of `SOURCE__anything.jpg`. */
function sourceOf(name: string): string | undefined {
  const at = name.indexOf('__');
  return at > 0 ? name.slice(0, at) : undefined;
}

function hasSeveralFolders(placed: readonly Placed[]): boolean {
  const folders = new Map<string, Set<string>>();
  for (const { image, folder } of placed) {
    if (folder !== undefined) folders.set(image.label, (folders.get(image.label) ?? new Set()).add(folder));
  }
  return [...folders.values()].some(({ size }) => size > 1);
}

async function bySample(placed: readonly Placed[]): Promise<LabelledImage[]> {
  const files = new Map([...new Set(placed.map(({ root }) => root))].map((root) => [root, createUserFiles(root)]));
  const grouped: LabelledImage[] = [];
  for (const { image, root } of placed) {
    const said = await files.get(root)?.of(relative(root, image.file).split(sep).join('/'));
    grouped.push(inGroup(image, said?.user?.sample?.name));
  }
  return grouped;
}
