import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';
import { isSisBlock, SIS_GENERAL_BYTES, SIS_HEAD_BYTES, sisGeneralOffset, sisListBytes } from './parse.ts';

/** Holds the place of the block in the file. */
export const SIS_TAG = 33_560;

/**
 * Finds the block that tag 33560 points to. The header's bytes are that block and, behind it, its general data, which the
 * file holds elsewhere.
 */
export function detectSis({ tags, readAt }: HarvestInput): FoundHeader | undefined {
  const pointer = tags.find(({ tag }) => tag === SIS_TAG);
  const offset = pointer?.numbers?.[0];
  if (pointer === undefined || offset === undefined || readAt === undefined) return undefined;
  const head = readAt(offset, SIS_HEAD_BYTES);
  if (head === undefined || !isSisBlock(head)) return undefined;
  const block = readAt(offset, SIS_HEAD_BYTES + sisListBytes(head));
  if (block === undefined) return undefined;
  const generalAt = sisGeneralOffset(block);
  const general = generalAt === undefined ? undefined : readAt(generalAt, SIS_GENERAL_BYTES);
  const bytes = Buffer.concat(general === undefined ? [block] : [block, general]);
  return { place: pointer.place, bytes, mediaType: 'application/octet-stream' };
}
