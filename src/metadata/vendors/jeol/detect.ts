import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';
import { isJeolText } from './parse.ts';

/** Finds the `.txt` beside the picture. */
export function detectJeol(input: HarvestInput): FoundHeader | undefined {
  const found = input.sidecars.find(({ bytes }) => isJeolText(bytes));
  return found === undefined ? undefined : { place: `sidecar:${found.name}`, bytes: found.bytes, sidecar: found.name };
}
