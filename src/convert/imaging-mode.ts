/** NXem's words for what an image shows, as far as a detector's name can tell. */
export type ImagingMode =
  | 'secondary_electron'
  | 'backscattered_electron'
  | 'annular_dark_field'
  | 'cathodoluminescence';

/**
 * Signal names in a detector's name or mode. Names such as ETD, TLD, InLens Duo or InBeam stand for detectors that can
 * collect either signal, so they say nothing without a mode; neither does a text that names two signals. COMPO and TOPO are
 * JEOL's sum and difference of the halves of a backscattered electron detector.
 */
const SIGNALS: readonly (readonly [RegExp, ImagingMode])[] = [
  [/\b(haadf|maadf|ladf|adf)\b/i, 'annular_dark_field'],
  [/\b(cl|cathodoluminescence)\b/i, 'cathodoluminescence'],
  [
    /(^|[^a-z])(bse[dt]?|rbse|[a-z]*-?bsd|qbsd|asb|esb|cbs|vcd|bei|bec|bet|compo|topo)([^a-z]|$)/i,
    'backscattered_electron',
  ],
  [/backscatter/i, 'backscattered_electron'],
  [/(^|[^a-z])(se[12]?|sei|lei|inlens|lfd|gsed)([^a-z]|$)|secondary/i, 'secondary_electron'],
];

const EITHER = /\bduo\b|\bmix/i;

/** What the picture shows, or undefined where the header leaves it open. A mode, where there is one, outweighs the name. */
export function imagingMode(detector: string | undefined, mode: string | undefined): ImagingMode | undefined {
  return signalIn(mode) ?? signalIn(detector);
}

function signalIn(text: string | undefined): ImagingMode | undefined {
  if (text === undefined || EITHER.test(text)) return undefined;
  const found = new Set(SIGNALS.filter(([pattern]) => pattern.test(text)).map(([, signal]) => signal));
  const [only] = found;
  return found.size === 1 ? only : undefined;
}
