import type { QuantityKind } from '../domain/units.ts';
import type { RangeField } from './range-fields.ts';

/** How people write a quantity in running text. All patterns are pieces of regular expressions, case ignored. */
export interface Phrase {
  field: RangeField;
  kind: QuantityKind;
  /** For people: "acceleration voltage". */
  name: string;
  /** Units that are enough by themselves; none where a bare number with its unit could be anything. */
  units?: string;
  /** Units beside a telling word; a number without any then has the field's default. */
  toldUnits: string;
  /** Words that tell the quantity, before or behind the number. */
  told: string;
  /** Where other words tell it behind the number than before. */
  toldBehind?: string;
  /** A unit that may stand before the number and is enough by itself. */
  unitBefore?: string;
  /** Units that ignoring the case would confuse with those of another quantity. */
  notUnits?: readonly string[];
  /** How far a value typed alone reaches to either side, as a share of it, where the digits say less. A choice. */
  nearness?: number;
  /** SI: a range that lies wholly outside is none of a scanning electron microscope. */
  likely?: readonly [least: number, most: number];
}

const PIXEL_SIZE = 'pixel[ -]?sizes?|pixelgr(?:ö|oe)(?:ß|ss)e|dimensione(?: del)? pixel';

/** In the order in which they are looked for: the more telling first. */
export const PHRASES: readonly Phrase[] = [
  {
    field: 'pixelSize',
    kind: 'length',
    name: 'pixel size',
    units: String.raw`[nuµμmp]?m\s?(?:/|per\s)\s?(?:px|pixels?)`,
    toldUnits: '[nuµμmp]?m|microns?',
    told: PIXEL_SIZE,
    toldBehind: `${PIXEL_SIZE}|pixels?|px`,
  },
  {
    field: 'fieldWidth',
    kind: 'length',
    name: 'field width',
    toldUnits: '[nuµμmc]?m|microns?',
    told: '(?:horizontal )?field of view|(?:horizontal )?field width|image width|h?fov|hfw|bildbreite|bildfeld|campo visivo',
  },
  {
    field: 'workingDistance',
    kind: 'length',
    name: 'working distance',
    toldUnits: '[uµμmc]?m',
    told: 'working distance|wd|arbeitsabstand|distanza di lavoro',
  },
  {
    field: 'kv',
    kind: 'voltage',
    name: 'acceleration voltage',
    units: 'kV|keV|kilovolts?',
    toldUnits: 'kV|keV|kilovolts?|V|volts?|eV',
    told: '(?:accelerat(?:ion|ing) |beam |high )?voltage|(?:beam|landing) energy|eht|beschleunigungsspannung|tensione(?: di accelerazione)?',
    likely: [0, 60e3],
  },
  {
    field: 'magnification',
    kind: 'number',
    name: 'magnification',
    units: String.raw`k?\s?[x×]|k\s?[x×]`,
    toldUnits: String.raw`k?\s?[x×]|k|times`,
    told: 'magnifications?|mag|vergr(?:ö|oe)(?:ß|ss)erung|ingrandimento',
    unitBefore: '[x×]',
    // "2x" is more often a count or a dilution.
    likely: [10, Infinity],
    // Instruments calibrate it to a few parts in a hundred.
    nearness: 0.05,
  },
  {
    field: 'tilt',
    kind: 'angle',
    name: 'stage tilt',
    toldUnits: '°|degrees?|deg|grad|gradi|rad',
    told: '(?:stage )?tilt(?:ed)?(?: angle)?|verkippung|kippwinkel|gekippt|inclinazione|inclinato',
  },
  {
    field: 'pressure',
    kind: 'pressure',
    name: 'chamber pressure',
    units: '[mu]?bar|hPa|Pa|m?torr',
    toldUnits: '[mu]?bar|[mhk]?Pa|m?torr',
    told: '(?:chamber )?(?:pressure|vacuum)|(?:kammer)?druck|pressione',
    // Variable-pressure instruments end at some 4 kPa.
    likely: [0, 1e4],
    // It is measured, not set.
    nearness: 0.1,
    notUnits: ['pA'],
  },
  {
    field: 'dwell',
    kind: 'time',
    name: 'dwell time',
    toldUnits: '[nuµμm]?s',
    told: 'dwell(?: time)?|verweilzeit|tempo di sosta',
  },
  {
    field: 'probeCurrent',
    kind: 'current',
    name: 'probe current',
    units: 'pA|nA',
    toldUnits: '[pnuµμ]?A',
    told: '(?:probe|beam) current|strahlstrom|corrente(?: di| del)? fascio',
    notUnits: ['Pa', 'PA'],
  },
];

/** Words of comparison, English, German and Italian, by what they set; the longer before what they begin with. */
export const COMPARATORS: readonly (readonly [sign: '<' | '<=' | '>' | '>=' | '~' | '=', words: string])[] = [
  ['<=', 'at most|no more than|not more than|up to|maximum|max\\.?|höchstens|maximal|bis zu|al massimo|fino a|<=|≤'],
  ['>=', 'at least|no less than|not less than|minimum|min\\.?|mindestens|almeno|>=|≥'],
  [
    '<',
    'below|under|less than|lower than|smaller than|finer than|unter|kleiner als|weniger als|sotto(?: i)?|meno di|inferiore a|<',
  ],
  [
    '>',
    'above|over|more than|greater than|larger than|higher than|coarser than|über|ueber|größer als|mehr als|sopra(?: i)?|oltre|più di|superiore a|>',
  ],
  ['~', 'about|around|approximately|approx\\.?|roughly|circa|ca\\.|etwa|ungefähr|~|≈'],
  ['=', 'exactly|genau|esattamente|='],
];

/** "between A and B" and "from A to B": what stands before and between. */
export const BETWEEN: readonly (readonly [before: string, middle: string])[] = [
  ['between|zwischen|tra|fra', 'and|und|e|to'],
  ['from|von|da|dai', 'to|until|up to|bis|a|ai'],
];
/** What stands between two ends without anything before. */
export const DASH = String.raw`-|–|—|\.\.|to|bis`;

/** Words that make a year a date, by what they set; a year that no such word stands before stays a word. */
export const DATE_COMPARATORS: readonly (readonly [sign: '<' | '<=' | '>' | '>=' | '=', words: string])[] = [
  ['>', 'after|later than|newer than|nach|dopo(?: il)?|successive al'],
  ['>=', 'since|from|as of|starting in|seit|ab|dal|a partire dal'],
  ['<', 'before|earlier than|older than|vor|prima del'],
  ['<=', 'until|till|up to|by|bis|fino al'],
  ['=', 'in|during|from the year|of the year|im jahr|nel|del'],
];
