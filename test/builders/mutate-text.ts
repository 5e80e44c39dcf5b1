import { decodeText } from '../../src/metadata/decode-text.ts';
import type { Dice } from './dice.ts';
import type { ByteMutation } from './mutate-bytes.ts';

type TextMutation = (text: string, dice: Dice, other: string) => string;

/** A mutant's header grows to no more than this. */
const MAX_CHARACTERS = 400_000;

/** So many places are replaced at most; a number of 400 digits in each would be no header any more. */
const MAX_REPLACED = 500;

const NUMBERS = [
  '9'.repeat(400),
  `0.${'0'.repeat(400)}1`,
  '1e999',
  '-1e999',
  '1e308',
  '1e305',
  '1e-400',
  '5e-324',
  '1e999999',
  '1e9999999999999999999',
  '-0',
  '0',
  '-1',
  '9007199254740993',
  '1,5',
  '1.234,5',
  'NaN',
  'Infinity',
  '-Infinity',
  '0x1F',
  '٣',
  '1.#QNAN',
  '',
] as const;
const UNITS = [
  'nm',
  'um',
  'µm',
  'mm',
  'kV',
  'V',
  'K X',
  'X',
  '%',
  '°',
  'mbar',
  'Secs',
  'px',
  'lightyears',
  '',
] as const;
const LINE_ENDS = ['\n', '\r', '\r\n', '\n\r', '\n\n', '\u0085', '\u2028', '\0', ''] as const;
const WORDS = [
  '__proto__',
  'constructor',
  'toString',
  '<![CDATA[',
  '&amp;',
  '&#0;',
  '&#1114112;',
  '&lol9;',
  '<!DOCTYPE x [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;">]>',
  ']]>',
  '<!--',
  '" x="',
  '=',
  '[',
  ']',
  '\uFEFF',
  '\uD800',
  ' / ',
  '$$SM_MICRON_BAR 0',
] as const;

function replaceAt(text: string, pattern: RegExp, dice: Dice, by: string): string {
  const matches = [...text.slice(0, 100_000).matchAll(pattern)];
  if (matches.length === 0) return text + by;
  const { index, 0: found } = dice.pick(matches);
  return text.slice(0, index) + by + text.slice(index + found.length);
}

/** Replaces about a tenth, half or all of what a pattern finds. */
function replaceMany(pattern: RegExp, by: readonly string[]): TextMutation {
  return (text, dice) => {
    const share = dice.pick([0.1, 0.5, 1]);
    let left = MAX_REPLACED;
    return text.replaceAll(pattern, (found) => (left-- > 0 && dice.chance(share) ? dice.pick(by) : found));
  };
}

function repeatPart(text: string, dice: Dice): string {
  const from = dice.below(text.length + 1);
  const part = text.slice(from, from + 1 + dice.below(2000));
  if (part === '') return text;
  const times = 1 + dice.below(Math.min(2000, Math.floor(MAX_CHARACTERS / part.length)));
  return text.slice(0, from) + part.repeat(times) + text.slice(from);
}

/** Sections and keys that stand twice, with another value the second time. */
function repeatLines(text: string, dice: Dice): string {
  const lines = text.split('\n');
  for (let runs = 1 + dice.below(5); runs > 0; runs--) {
    const from = dice.below(lines.length);
    const block = lines.slice(from, from + 1 + dice.below(12));
    lines.splice(dice.below(lines.length + 1), 0, ...block);
  }
  return lines.join('\n');
}

function swapLines(text: string, dice: Dice): string {
  const lines = text.split('\n');
  for (let runs = 1 + dice.below(5); runs > 0; runs--) {
    const [a, b] = [dice.below(lines.length), dice.below(lines.length)];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
  }
  return lines.join('\n');
}

function deepXml(text: string, dice: Dice): string {
  const depth = dice.pick([3, 100, 20_000]);
  const name = dice.pick(['a', 'Data', 'FeiImage', 'x:y']);
  const open = dice.chance(0.3) ? `<${name} unit="m" ${'b="1" '.repeat(dice.below(50))}>` : `<${name}>`;
  const nested = open.repeat(Math.min(depth, Math.floor(MAX_CHARACTERS / open.length)));
  const closed = dice.chance(0.5) ? nested : `${nested}1${`</${name}>`.repeat(depth)}`;
  const tag = text.indexOf('>', dice.below(text.length + 1));
  const at = tag < 0 ? dice.below(text.length + 1) : tag + 1;
  return text.slice(0, at) + closed + text.slice(at);
}

const TEXT_MUTATIONS: readonly (readonly [string, TextMutation])[] = [
  ['another number', (text, dice) => replaceAt(text, /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, dice, dice.pick(NUMBERS))],
  ['many numbers', replaceMany(/\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, NUMBERS)],
  ['many units', replaceMany(/(?<=\d ?)[A-Za-zµ%°]+/g, UNITS)],
  ['another unit', (text, dice) => replaceAt(text, /(?<=\d ?)[A-Za-zµ%°]+/g, dice, dice.pick(UNITS))],
  ['other line ends', (text, dice) => text.replaceAll(/\r\n|\n|\r/g, dice.pick(LINE_ENDS))],
  ['one other line end', (text, dice) => replaceAt(text, /\r\n|\n|\r/g, dice, dice.pick(LINE_ENDS))],
  ['a hostile word', (text, dice) => replaceAt(text, /[\w.]+/g, dice, dice.pick(WORDS))],
  ['no value', (text, dice) => replaceAt(text, /(?<==).*/g, dice, '')],
  ['a part repeated', repeatPart],
  ['lines repeated', repeatLines],
  ['lines swapped', swapLines],
  ['deep XML', deepXml],
  [
    'a text spliced',
    (text, dice, other) => text.slice(0, dice.below(text.length)) + other.slice(dice.below(other.length)),
  ],
];

function encode(text: string, encoding: string): Buffer {
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  return Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'latin1');
}

function reencode(bytes: Uint8Array, dice: Dice): Uint8Array {
  const { text } = decodeText(bytes);
  const marked = dice.chance(0.5) ? `\uFEFF${text}` : text;
  return encode(marked, dice.pick(['utf-16le', 'utf-16be', 'utf-8', 'latin1']));
}

/** Damage that a text survives as a text: what people, programs and transfers do to headers. */
export const TEXT_BYTE_MUTATIONS: readonly ByteMutation[] = [
  ...TEXT_MUTATIONS.map(
    ([name, change]): ByteMutation => ({
      name,
      apply: (bytes, dice, other) => {
        const { text, encoding } = decodeText(bytes);
        return encode(change(text, dice, decodeText(other).text).slice(0, 2 * MAX_CHARACTERS), encoding);
      },
    }),
  ),
  { name: 'another encoding', apply: reencode },
];
