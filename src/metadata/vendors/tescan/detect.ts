import { peekText } from '../../decode-text.ts';
import type { FoundHeader, HarvestInput } from '../../harvest-types.ts';

const TAG = 50431;

/** Finds the header in TIFF tag 50431; Gwyddion's reader knows it by the same key. */
export function detectTescanTag(input: HarvestInput): FoundHeader | undefined {
  const found = input.tags.find(({ tag, bytes }) => {
    return tag === TAG && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('PixelSizeX=');
  });
  return found === undefined ? undefined : { place: found.place, bytes: found.bytes };
}

function isTescanText(bytes: Uint8Array): boolean {
  const text = peekText(bytes, 16_384);
  return /^(?:\[MAIN\]|AccFrames ?=)/m.test(text) && /^PixelSizeX ?=/m.test(text);
}

/** Finds the `.hdr` beside the picture. */
export function detectTescanSidecar(input: HarvestInput): FoundHeader | undefined {
  const found = input.sidecars.find(({ bytes }) => isTescanText(bytes));
  return found === undefined ? undefined : { place: `sidecar:${found.name}`, bytes: found.bytes, sidecar: found.name };
}
