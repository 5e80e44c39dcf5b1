import type { Decimal } from './decimal.ts';
import { decimalValue, readDecimal } from './decimal.ts';

/** What a number measures. The SI unit of each kind stands in {@link SI_UNITS}. */
export type QuantityKind =
  | 'voltage'
  | 'length'
  | 'current'
  | 'time'
  | 'angle'
  | 'pressure'
  | 'temperature'
  | 'percent'
  | 'number';

/** A number as somebody wrote it, and `unit`, the characters behind it ("" if none). */
export interface Quantity extends Decimal {
  raw: string;
  value: number;
  unit: string;
}

export const SI_UNITS: Readonly<Record<QuantityKind, string>> = {
  voltage: 'V',
  length: 'm',
  current: 'A',
  time: 's',
  angle: 'rad',
  pressure: 'Pa',
  temperature: 'K',
  percent: '%',
  number: '',
};

/** SI = value x 10^power x factor + offset. A pure power of ten shifts the decimal point, so no digit is disturbed. */
export interface Scale {
  power: number;
  factor?: number;
  offset?: number;
}

/** The SI unit itself. */
const ONE: Scale = { power: 0 };

const PREFIX_POWERS: readonly (readonly [string, number])[] = [
  ['f', -15],
  ['p', -12],
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['K', 3],
  ['M', 6],
];

function prefixed(bases: readonly string[], prefixes: string): [string, Scale][] {
  return PREFIX_POWERS.filter(([prefix]) => prefix === '' || prefixes.includes(prefix)).flatMap(([prefix, power]) =>
    bases.map((base): [string, Scale] => [prefix + base, power === 0 ? ONE : { power }]),
  );
}

const UNITS: Readonly<Record<QuantityKind, ReadonlyMap<string, Scale>>> = {
  // A beam energy in eV has the number of its voltage in V; headers and people mix the two.
  voltage: new Map(prefixed(['V', 'Volt', 'Volts', 'eV'], 'umkKM')),
  length: new Map([
    ...prefixed(['m'], 'fpnum'),
    ['cm', { power: -2 }],
    ['micron', { power: -6 }],
    ['microns', { power: -6 }],
    ['Å', { power: -10 }],
    ['inch', { power: -4, factor: 254 }],
  ]),
  current: new Map(prefixed(['A'], 'fpnum')),
  time: new Map([
    ...prefixed(['s', 'sec', 'secs', 'Sec', 'Secs'], 'pnum'),
    ...['min', 'mins', 'Min', 'Mins'].map((unit): [string, Scale] => [unit, { power: 0, factor: 60 }]),
    ...['h', 'hour', 'hours', 'Hours'].map((unit): [string, Scale] => [unit, { power: 0, factor: 3600 }]),
  ]),
  angle: new Map([
    ...prefixed(['rad'], 'um'),
    ...['°', 'deg', 'degree', 'degrees'].map((unit): [string, Scale] => [unit, { power: 0, factor: Math.PI / 180 }]),
  ]),
  pressure: new Map([
    ...prefixed(['Pa'], 'numkM'),
    ['hPa', { power: 2 }],
    ['bar', { power: 5 }],
    ['mbar', { power: 2 }],
    ['ubar', { power: -1 }],
    // 101325 / 760 Pa, the definition of the torr (NIST SP 811, appendix B.8).
    ['Torr', { power: 0, factor: 101_325 / 760 }],
    ['mTorr', { power: -3, factor: 101_325 / 760 }],
    ['psi', { power: 0, factor: 6894.757_293_168 }],
  ]),
  temperature: new Map([
    ['K', ONE],
    ['°C', { power: 0, offset: 273.15 }],
    ['C', { power: 0, offset: 273.15 }],
  ]),
  percent: new Map([
    ['%', ONE],
    ['', ONE],
  ]),
  number: new Map([
    ['', ONE],
    ['%', { power: -2 }],
    ...prefixed(['x', 'X', ' x', ' X'], 'kKM'),
    ['k', { power: 3 }],
    ['K', { power: 3 }],
  ]),
};

/** Units as people type them ("KV", "NM"), where ignoring the case leaves one meaning only. */
const LOWER_CASE_UNITS: ReadonlyMap<QuantityKind, ReadonlyMap<string, Scale | undefined>> = new Map(
  (Object.keys(UNITS) as QuantityKind[]).map((kind) => {
    const lower = new Map<string, Scale | undefined>();
    for (const [unit, scale] of UNITS[kind]) {
      const key = unit.toLowerCase();
      const known = lower.get(key);
      const clash = lower.has(key) && (known?.power !== scale.power || known.factor !== scale.factor);
      lower.set(key, clash ? undefined : scale);
    }
    return [kind, lower];
  }),
);

const UNIT_SHAPE = /^[A-Za-zµÅ°%][A-Za-zµÅ°% ]*$/;
/** To look a unit up costs less than the expression. */
const KNOWN_UNITS: ReadonlySet<string> = new Set(
  Object.values(UNITS).flatMap((units) => [...units.keys()].filter((unit) => UNIT_SHAPE.test(unit))),
);
const TIMES_UNITS: ReadonlyMap<string, string> = new Map([
  ['', 'x'],
  ['k', 'kx'],
  ['K', 'kx'],
]);
/** No quantity of a header is longer; it bounds the work on hostile text. */
const MAX_CHARACTERS = 200;

function plainUnit(written: string): string {
  return written.replaceAll('μ', 'µ').replaceAll(/ {2,}/g, ' ');
}

/** The characters behind a number, "" if there are none; undefined where they cannot be a unit. */
function readUnit(body: string, from: number): string | undefined {
  if (from === body.length) return '';
  const written = body.slice(from).trim();
  // Most units are one word; only others are worth an expression.
  const rest = written.includes(' ') || written.includes('μ') ? plainUnit(written) : written;
  return rest === '' || KNOWN_UNITS.has(rest) || UNIT_SHAPE.test(rest) ? rest : undefined;
}

/**
 * Reads "5.00 kV", "1,5 mm", "2.31e-006 mbar", "40.00 K X" or "x200". A comma is a decimal comma. Undefined for anything
 * that is not one number with at most one unit behind it: nothing is guessed, "" and "n/a" are no zero.
 */
export function parseQuantity(text: string): Quantity | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const raw = text.trim();
  const times = raw !== '' && 'xX×'.includes(raw.charAt(0));
  const body = times ? raw.slice(1) : raw;
  const number = readDecimal(body);
  if (number === undefined) return undefined;
  const value = decimalValue(number);
  const rest = readUnit(body, number.end);
  // "x200" and "x1.00k" are magnifications; "x5 mm" is nothing.
  const unit = times && rest !== undefined ? TIMES_UNITS.get(rest) : rest;
  if (unit === undefined || !Number.isFinite(value)) return undefined;
  const { digits, exponent, mantissa, power, end } = number;
  return { raw, digits, exponent, mantissa, power, end, value, unit };
}

/** What a unit of a kind is in SI; undefined where it is none of that kind. */
export function scaleOf(unit: string, kind: QuantityKind): Scale | undefined {
  // The micro sign is written "u" in the table; µ comes as U+00B5 from latin-1 and as U+03BC from keyboards.
  const plain = unit.startsWith('µ') || unit.startsWith('μ') ? `u${unit.slice(1)}` : unit;
  return UNITS[kind].get(plain) ?? LOWER_CASE_UNITS.get(kind)?.get(plain.toLowerCase());
}

/** A quantity in SI; undefined where it is no finite number. */
export function scaled(quantity: Quantity, scale: Scale): number | undefined {
  if (scale === ONE) return quantity.value;
  const value = decimalValue(quantity, scale.power) * (scale.factor ?? 1) + (scale.offset ?? 0);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * The quantity in the SI unit of `kind`; `defaultUnit` stands in where none was written. Undefined when the unit is none
 * of that kind, or when there is no unit at all and no default.
 */
export function toSi(quantity: Quantity, kind: QuantityKind, defaultUnit?: string): number | undefined {
  const unit = quantity.unit === '' ? (defaultUnit ?? '') : quantity.unit;
  const scale = scaleOf(unit, kind);
  return scale === undefined ? undefined : scaled(quantity, scale);
}

const PREFIXES: readonly (readonly [number, string])[] = [
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
  [1e-12, 'p'],
  [1e-15, 'f'],
];
function significant(value: number, digits = 4): string {
  return Number(value.toPrecision(digits)).toString();
}

/**
 * Rounding may carry to the next prefix (999.96 nm is 1 µm), so the choice is made on the rounded value. `largest` keeps
 * to what people write: no Mm, no ks.
 */
function withPrefix(value: number, unit: string, largest: number): string {
  if (value === 0) return `0 ${unit}`;
  const rounded = Math.abs(Number(value.toPrecision(4)));
  const steps = PREFIXES.filter(([size]) => size <= largest);
  const [size, prefix] = steps.find(([step]) => rounded >= step * (1 - 1e-9)) ?? steps.at(-1) ?? [1, ''];
  return `${significant(value / size)} ${prefix}${unit}`;
}

const FORMATS: Readonly<Record<QuantityKind, (value: number) => string>> = {
  voltage: (value) => withPrefix(value, 'V', 1e3),
  length: (value) => withPrefix(value, 'm', 1),
  current: (value) => withPrefix(value, 'A', 1),
  time: (value) => withPrefix(value, 's', 1),
  angle: (value) => `${significant((value * 180) / Math.PI)}°`,
  pressure: (value) => `${Math.abs(value) < 0.01 && value !== 0 ? value.toExponential(2) : significant(value)} Pa`,
  temperature: (value) => `${significant(value)} K`,
  percent: (value) => `${significant(value)} %`,
  number: (value) => significant(value, 6),
};

/** An SI value for people: "5 kV", "8.5 mm", "2.31e-4 Pa", "45°", four significant digits. */
export function formatQuantity(valueSi: number, kind: QuantityKind): string {
  return FORMATS[kind](valueSi);
}
