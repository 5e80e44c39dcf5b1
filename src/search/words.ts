/** Scripts written without spaces: each character is indexed as a word, and a run of them is searched as a phrase. */
const UNSPACED = /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}ー])/gu;
const HAS_WORD = /[\p{L}\p{N}]/u;
/** Words that say nothing about a micrograph; dropped from a query while others remain. */
const STOP_WORDS = new Set(
  (
    'a an and are as at by for from in into is it its of on or that the this to under over was were with without ' +
    // German and Italian, less those that are English words ("die", "an", "per").
    'das dem den der des ein eine einem einen einer eines im mit oder und vom von zum zur ' +
    'con dei del dell della delle di gli il la le lo nel nella su sul sulla un una'
  ).split(' '),
);

/**
 * Text as the full-text index gets it: NFC, scripts without spaces taken apart, and behind it the parts of compound
 * names ("ZnONanowires2019" also as "Nanowires 2019"). The index itself folds case and diacritics and stems.
 */
export function indexText(parts: readonly (string | undefined)[]): string {
  const text = spaced(parts.filter((part) => part !== undefined && part !== '').join(' '));
  const pieces = namePieces(text);
  return pieces === '' ? text : `${text} ${pieces}`;
}

/** The pieces, of three characters or more, of words in camel case or with a number attached. */
function namePieces(text: string): string {
  const compounds = text.match(/[A-Za-z]+(?:[a-z][A-Z]|[A-Z]{2}[a-z]|[a-z]{2}\d|\d[A-Z][a-z])[A-Za-z\d]*/g) ?? [];
  const pieces = compounds.flatMap((word) =>
    word
      .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
      .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
      .replaceAll(/([A-Za-z]{3,})(\d)/g, '$1 $2')
      .split(' '),
  );
  return [...new Set(pieces)].filter((piece) => piece.length > 2).join(' ');
}

/**
 * The words and "quoted phrases" of a query, as typed, in order, without the ones that say nothing. Characters that mean
 * something in any query language mean nothing here.
 */
export function queryWords(text: string): string[] {
  const clean = text.normalize('NFC').replaceAll(/\p{C}+/gu, ' ');
  const words = [...clean.matchAll(/"([^"]*)"|([^\s"]+)/g)]
    .map((match) => (match[1] ?? match[2] ?? '').trim())
    .filter((word) => HAS_WORD.test(word));
  const telling = words.filter(isTelling);
  return [...new Set(telling.length > 0 ? telling : words)];
}

/** False for words that say nothing about a micrograph, in any case. */
export function isTelling(word: string): boolean {
  return !STOP_WORDS.has(word.toLowerCase());
}

/** A word or phrase in the form in which {@link indexText} stored it. */
export function spaced(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .replaceAll(UNSPACED, ' $1 ')
    .trim();
}

/**
 * A name or word folded for comparison with synonyms: lower case, no diacritics, words parted by one space, plural and
 * British endings levelled ("Nano-fibres" and "nanofiber" differ only in the hyphen: "nano fiber", "nanofiber").
 */
export function foldTerm(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).map(foldWord).join(' ');
}

/** American and British spellings that occur in microscopy, without endings. */
export const SPELLINGS = [
  ['fiber', 'fibre'],
  ['gray', 'grey'],
  ['color', 'colour'],
  ['aluminum', 'aluminium'],
  ['sulfur', 'sulphur'],
  ['meter', 'metre'],
] as const;

/** A word as typed and, where there is one, its other spelling. */
export function spellings(word: string): string[] {
  const lower = word.toLowerCase();
  const others = SPELLINGS.flatMap(([american, british]) => [
    lower.replace(american, british),
    lower.replace(british, american),
  ]);
  return [word, ...new Set(others.filter((other) => other !== lower))];
}

function foldWord(word: string): string {
  return SPELLINGS.reduce((folded, [american, british]) => folded.replace(british, american), singular(word));
}

function singular(word: string): string {
  if (word.length < 4 || /(ss|us|is)$/.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(ches|shes|xes|sses)$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}
