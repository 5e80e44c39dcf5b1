import { isChemicalElement } from '../domain/chemical-elements.ts';
import { isTelling, SPELLINGS } from './words.ts';

/** Elements that micrographs show most, in words: a formula that no text ever spelled out is understood by its elements. */
const ELEMENT_NAMES: Readonly<Record<string, string>> = {
  H: 'hydrogen',
  Li: 'lithium',
  B: 'boron',
  C: 'carbon',
  N: 'nitrogen',
  O: 'oxide',
  F: 'fluorine',
  Na: 'sodium',
  Mg: 'magnesium',
  Al: 'aluminum',
  Si: 'silicon',
  P: 'phosphorus',
  S: 'sulfur',
  K: 'potassium',
  Ca: 'calcium',
  Ti: 'titanium',
  V: 'vanadium',
  Cr: 'chromium',
  Mn: 'manganese',
  Fe: 'iron',
  Co: 'cobalt',
  Ni: 'nickel',
  Cu: 'copper',
  Zn: 'zinc',
  Ga: 'gallium',
  Ge: 'germanium',
  As: 'arsenide',
  Sr: 'strontium',
  Y: 'yttrium',
  Zr: 'zirconium',
  Nb: 'niobium',
  Mo: 'molybdenum',
  Pd: 'palladium',
  Ag: 'silver',
  Cd: 'cadmium',
  In: 'indium',
  Sn: 'tin',
  Te: 'tellurium',
  Ba: 'barium',
  Ta: 'tantalum',
  W: 'tungsten',
  Pt: 'platinum',
  Au: 'gold',
  Pb: 'lead',
  Bi: 'bismuth',
};

/** First parts of compounds of science: "nanoimprint" is understood as "nano" and "imprint" where nobody knows it whole. */
const PREFIXES =
  'aero anti bio carbo cryo electro ferro geo hetero homo hydro hyper inter macro magneto meso meta micro multi nano opto photo piezo poly pre re semi sub super thermo trans ultra'.split(
    ' ',
  );
const SHORTEST_REST = 4;

/** The words of a text as typed (case tells "In" from "in"), without accents. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}+/gu, '');
  return plain.match(/[A-Za-z][A-Za-z0-9]*/g) ?? [];
}

/** The pieces of a compound name: "ZnONanowires2019" is "Zn", "Nanowires" too. */
export function piecesOf(word: string): string[] {
  return word
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replaceAll(/([A-Za-z]{2,})\d+/g, '$1 ')
    .split(' ')
    .filter((piece) => piece.length > 1 && piece !== word);
}

/** Ways to look a word up, the best first; each is a list of words that together stand for it. */
export function readings(word: string): string[][] {
  const lower = word.toLowerCase();
  const elements = elementsOf(word);
  // "Au" is gold and not the Latin word; "In" and "As" are words far more often.
  const symbol = elements?.length === 1 && word.length === 2 && isTelling(word) ? [elements] : [];
  return [
    ...symbol,
    [lower],
    ...otherSpellings(lower).map((spelling) => [spelling]),
    ...(elements === undefined ? [] : [elements]),
    ...compounds(lower),
  ];
}

/** "fibre" also as "fiber", "atomised" as "atomized", "aerogels" as "aerogel". */
function otherSpellings(word: string): string[] {
  const found = SPELLINGS.flatMap(([american, british]) => [
    word.replace(british, american),
    word.replace(american, british),
  ]);
  const ized = word.replace(/is(e|ed|es|ing|ation)$/, 'iz$1');
  const single = word.length > 4 ? word.replace(/([^s])s$/, '$1') : word;
  return [...new Set([...found, ized, single])].filter((other) => other !== word);
}

function compounds(word: string): string[][] {
  return PREFIXES.filter((prefix) => word.startsWith(prefix) && word.length >= prefix.length + SHORTEST_REST).flatMap(
    (prefix) => {
      const rest = word.slice(prefix.length);
      return [rest, ...otherSpellings(rest)].map((one) => [prefix, one]);
    },
  );
}

/** Names of the elements of a formula as chemists write it; undefined where it is none, or has one that has no name here. */
function elementsOf(word: string): string[] | undefined {
  if (!/^(?:[A-Z][a-z]?\d{0,3})+$/.test(word)) return undefined;
  const symbols = [...word.matchAll(/([A-Z][a-z]?)\d*/g)].map(([, symbol = '']) => symbol);
  if (!symbols.every(isChemicalElement)) return undefined;
  const names = symbols.flatMap((symbol) => ELEMENT_NAMES[symbol] ?? []);
  return names.length === symbols.length ? names : undefined;
}
