import { MAX_HEADER_BYTES } from '../../decode-text.ts';
import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';
import { comparableName, imageNameInside } from '../../sidecar-content.ts';
import { isHitachiText } from './parse.ts';

/** Finds the `.txt` beside the picture; among several the one that names the picture wins. */
export function detectHitachi(input: HarvestInput): FoundHeader | undefined {
  const candidates = input.sidecars.filter(({ bytes }) => bytes.length <= MAX_HEADER_BYTES && isHitachiText(bytes));
  if (candidates.length === 0) return undefined;
  const own = comparableName(input.fileName);
  const named = candidates.find(({ bytes }) => comparableName(imageNameInside(bytes) ?? '') === own);
  const chosen = named ?? candidates[0];
  if (chosen === undefined) return undefined;
  return { place: `sidecar:${chosen.name}`, bytes: chosen.bytes, sidecar: chosen.name };
}
