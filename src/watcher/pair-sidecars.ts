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

/** The picture's name as the text of a sidecar states it, read from the sidecar's absolute path. */
export type NameInside = (sidecar: string) => Promise<string | undefined>;

/** Sidecars opened at once to see whom they name. */
const OPENED_AT_ONCE = 16;

/**
 * Pairs by stem and then, where a picture is left without a sidecar, by the name that a left sidecar states inside
 * itself: a picture that was renamed or exported again. The folder part and, failing an exact match, the extension of
 * that name do not matter. `pathOf` makes an absolute path of a name.
 */
export async function pairWithNames(
  pictures: readonly string[],
  sidecars: readonly string[],
  { nameInside, pathOf }: { nameInside: NameInside | undefined; pathOf: (name: string) => string },
): Promise<Pairs> {
  const byStem = pairSidecars(pictures, sidecars);
  if (!nameInside || sidecars.length === 0) return byStem;
  const lone = sidecars.filter((name) => byStem.picturesOf(name).length === 0);
  const bare = lone.length > 0 ? pictures.filter((name) => byStem.sidecarsOf(name).length === 0) : [];
  if (bare.length === 0) return byStem;
  const byName = groupBy(bare, (name) => [fold(name)]);
  const byBareStem = groupBy(bare, (name) => [stemKey(name)]);
  const named = new Map<string, string[]>();
  for (let start = 0; start < lone.length; start += OPENED_AT_ONCE) {
    const some = lone.slice(start, start + OPENED_AT_ONCE);
    const names = await Promise.all(some.map((sidecar) => nameInside(pathOf(sidecar))));
    for (const [i, sidecar] of some.entries()) {
      const name = baseOf(names[i] ?? '');
      named.set(sidecar, byName.get(fold(name)) ?? byBareStem.get(stemKey(name)) ?? []);
    }
  }
  const sidecarsByPicture = new Map<string, string[]>();
  for (const [sidecar, theirs] of named) {
    for (const picture of theirs) sidecarsByPicture.set(picture, [...(sidecarsByPicture.get(picture) ?? []), sidecar]);
  }
  return {
    sidecarsOf: (picture) => (sidecarsByPicture.get(picture) ?? byStem.sidecarsOf(picture)).toSorted(),
    picturesOf: (sidecar) => (named.get(sidecar) ?? byStem.picturesOf(sidecar)).toSorted(),
  };
}

/** Microscopes run on Windows: a path inside a sidecar has backslashes. */
function baseOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
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
  const dot = name.lastIndexOf('.');
  return fold(dot < 0 ? name : name.slice(0, dot));
}

function pictureKeys(name: string): string[] {
  const folded = fold(name);
  const dot = folded.lastIndexOf('.');
  const stem = folded.slice(0, dot);
  return [stem, `${stem}-${folded.slice(dot + 1)}`, folded];
}
