import { peekText } from './decode-text.ts';

const SIDECAR_NAME = /\.(?:txt|hdr)$/i;

/** First words of the text headers that SEM software writes beside a picture: Hitachi, JEOL, Tescan. */
const SIDECAR_MARKS = [/^\s*\[SemImageFile\]/, /^\$\$?(?:CM|SM|SEM)_[A-Z]/m, /^\[(?:MAIN|SEM)\][ \t]*$/m];

/** True when the content is a header that belongs to a picture, so that a lone file is reported as a sidecar. */
export function looksLikeSidecar(bytes: Uint8Array, name: string): boolean {
  return SIDECAR_NAME.test(name) && SIDECAR_MARKS.some((mark) => mark.test(peekText(bytes)));
}

/** Name of a file without its folder, with full-width and composed letters made comparable, in lower case. */
export function comparableName(path: string): string {
  const base = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return base.normalize('NFKC').toLowerCase();
}

/** The picture's name as a Hitachi sidecar states it; undefined in any other text. */
export function imageNameInside(bytes: Uint8Array): string | undefined {
  const text = peekText(bytes);
  if (!/^\s*\[SemImageFile\]/.test(text)) return undefined;
  return /^ImageName[ \t]*=[ \t]*([^\r\n]{1,300})/m.exec(text)?.[1]?.trim();
}
