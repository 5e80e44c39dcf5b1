import { createFolderPlace } from './folder-place.ts';
import { createPlacePublisher } from './place-publisher.ts';
import type { Publisher } from './publisher.ts';

/** Where to mirror to. */
export interface FolderOptions {
  /** Absolute; the folder below which `records/` stands, e.g. of a mounted share. It must exist. */
  folder: string;
}

/** Publishes into another folder, as `records/ab/cd/<sha256>/…` below it. Every file is read back from there. */
export function createFolderPublisher(options: FolderOptions): Publisher {
  return createPlacePublisher(createFolderPlace(options.folder));
}
