import { peekText } from './decode-text.ts';

/** Name of a file without its folder, with full-width and composed letters made comparable, in lower case. */
export function comparableName(path: string): string {
  const base = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return base.normalize('NFKC').toLowerCase();
}

function stem(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

const SIDECAR_NAME = /\.(?:txt|hdr)$/i;

/** True for a name that a header beside a picture can have. */
export function isSidecarName(name: string): boolean {
  return SIDECAR_NAME.test(name);
}

/**
 * Ways to compare two names, the strictest first: as written, composed alike (macOS writes decomposed umlauts) and in any
 * case, with full-width forms equal to plain ones (Japanese software writes both).
 */
const COMPARISONS: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => name.normalize('NFC').toLowerCase(),
  (name) => name.normalize('NFKC').toLowerCase(),
];

/** Names an image may go by in a sidecar's name: "a.tif.txt" and "a-tif.hdr" mean a.tif alone, "a.txt" any a.*. */
function namesOf(image: string): string[] {
  const dot = image.lastIndexOf('.');
  const dashed = dot > 0 ? `${image.slice(0, dot)}-${image.slice(dot + 1)}` : image;
  return [image, dashed, stem(image)];
}

/** For each comparison: every name an image goes by, and the images that go by it. */
function indexImages(images: readonly string[]): Map<string, string[]>[] {
  return COMPARISONS.map((comparable) => {
    const index = new Map<string, string[]>();
    for (const image of images) {
      for (const name of new Set(namesOf(image).map(comparable))) {
        const same = index.get(name);
        if (same === undefined) index.set(name, [image]);
        else same.push(image);
      }
    }
    return index;
  });
}

function lookUp(indexes: readonly Map<string, string[]>[], name: string): readonly string[] {
  for (const [level, comparable] of COMPARISONS.entries()) {
    const images = indexes[level]?.get(comparable(name));
    if (images !== undefined) return images;
  }
  return [];
}

/**
 * Which sidecars of a folder belong to which of its images. `listing` and `images` are names without folders. A sidecar
 * belongs to the images whose stem is its own; one that matches none belongs to the image its content names
 * (`imageNames`: sidecar name to ImageName), because pictures are renamed after export. The stem counts more than the
 * ImageName: a real pair was renamed together. Every image gets an entry.
 */
export function pairSidecars(
  listing: readonly string[],
  images: readonly string[],
  imageNames: ReadonlyMap<string, string> = new Map(),
): Map<string, string[]> {
  const pairs = new Map<string, string[]>(images.map((image) => [image, []]));
  const indexes = indexImages(images);
  for (const sidecar of listing) {
    if (!isSidecarName(sidecar) || pairs.has(sidecar)) continue;
    const byStem = lookUp(indexes, stem(sidecar));
    const inside = imageNames.get(sidecar);
    const found = byStem.length > 0 || inside === undefined ? byStem : lookUp(indexes, inside);
    for (const image of found) pairs.get(image)?.push(sidecar);
  }
  return pairs;
}

/** First words of the text headers that SEM software writes beside a picture: Hitachi, JEOL, Tescan. */
const SIDECAR_MARKS = [/^\s*\[SemImageFile\]/, /^\$\$?(?:CM|SM|SEM)_[A-Z]/m, /^\[(?:MAIN|SEM)\][ \t]*$/m];

/** True when the content is a header that belongs to a picture, so that a lone file is reported as a sidecar. */
export function looksLikeSidecar(bytes: Uint8Array, name: string): boolean {
  return isSidecarName(name) && SIDECAR_MARKS.some((mark) => mark.test(peekText(bytes)));
}

/** The picture's name as a Hitachi sidecar states it, for {@link pairSidecars}; undefined in any other text. */
export function imageNameInside(bytes: Uint8Array): string | undefined {
  const text = peekText(bytes);
  if (!/^\s*\[SemImageFile\]/.test(text)) return undefined;
  return /^ImageName[ \t]*=[ \t]*([^\r\n]{1,300})/m.exec(text)?.[1]?.trim();
}
