import type { PlacedEntry } from '../place.ts';

/** What the foreign parser makes of a 207, as far as we look at it. */
export interface Multistatus {
  multistatus: { response: readonly { href: string; propstat?: { prop?: unknown; status?: string } }[] };
}

interface Props {
  resourcetype?: unknown;
  getcontentlength?: unknown;
  checksums?: unknown;
}

/** The entries of a listing; `self` is the thing itself, `inside` what lies in it. */
export function readEntries(answer: Multistatus): { self: PlacedEntry | undefined; inside: PlacedEntry[] } {
  const found = answer.multistatus.response.flatMap((response) => {
    const segments = pathSegments(response.href);
    return segments ? [{ depth: segments.length, entry: toEntry(segments.at(-1) ?? '', propsOf(response)) }] : [];
  });
  // Counted, not compared: behind a proxy the paths may differ from those that were asked for.
  const top = Math.min(...found.map(({ depth }) => depth));
  return {
    self: found.find(({ depth }) => depth === top)?.entry,
    inside: found.filter(({ depth }) => depth === top + 1).map(({ entry }) => entry),
  };
}

/** The texts of `oc:checksums`, e.g. `SHA1:… MD5:…`; empty where the server has no such property. */
export function readChecksumTexts(answer: Multistatus): string[] {
  return answer.multistatus.response.flatMap((response) => {
    const checksums = propsOf(response).checksums;
    const inner =
      typeof checksums === 'object' && checksums !== null && 'checksum' in checksums ? checksums.checksum : '';
    return [inner].flat().filter((text) => typeof text === 'string');
  });
}

function propsOf(response: Multistatus['multistatus']['response'][number]): Props {
  const { prop, status = '200' } = response.propstat ?? {};
  return typeof prop === 'object' && prop !== null && /\b200\b/.test(status) ? prop : {};
}

function pathSegments(href: string): string[] | undefined {
  try {
    const path = href.replace(/^https?:\/\/[^/]+/, '');
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    // A name that is no UTF-8 is none of ours.
    return undefined;
  }
}

function toEntry(name: string, { resourcetype, getcontentlength }: Props): PlacedEntry {
  const folder = typeof resourcetype === 'object' && resourcetype !== null && 'collection' in resourcetype;
  return { name, bytes: folder ? 0 : Number(getcontentlength ?? Number.NaN), folder };
}
