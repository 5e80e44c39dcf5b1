/** Which sidecars belong to which pictures of one folder, by name. Lists are sorted. */
export interface Pairs {
  sidecarsOf(picture: string): string[];
  picturesOf(sidecar: string): string[];
}

/**
 * Pairs the pictures and sidecars of one folder by stem: `a.txt` and `a.hdr` belong to `a.tif`, and so do Tescan's
 * `a-tif.hdr` and `a.tif.hdr`. Case does not matter, and neither does the Unicode form (macOS shares write
 * NFD, Japanese software full-width letters).
 */
export function pairSidecars(pictures: Iterable<string>, sidecars: readonly string[]): Pairs {
  if (sidecars.length === 0) return { sidecarsOf: () => [], picturesOf: () => [] };
  const sidecarsByKey = groupBy(sidecars, (name) => [stemKey(name)]);
  const picturesByKey = groupBy(pictures, pictureKeys);
  return {
    sidecarsOf: (picture) => collect(sidecarsByKey, pictureKeys(picture)),
    picturesOf: (sidecar) => collect(picturesByKey, [stemKey(sidecar)]),
  };
}

function groupBy(names: Iterable<string>, keysOf: (name: string) => string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    for (const key of keysOf(name)) {
      const group = groups.get(key);
      if (group) group.push(name);
      else groups.set(key, [name]);
    }
  }
  return groups;
}

function collect(groups: Map<string, string[]>, keys: string[]): string[] {
  return keys.flatMap((key) => groups.get(key) ?? []).toSorted();
}

function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

function stemKey(name: string): string {
  return fold(name.slice(0, name.lastIndexOf('.')));
}

function pictureKeys(name: string): string[] {
  const folded = fold(name);
  const dot = folded.lastIndexOf('.');
  const stem = folded.slice(0, dot);
  return [stem, `${stem}-${folded.slice(dot + 1)}`, folded];
}
