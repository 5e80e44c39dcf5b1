import { IngestError } from './errors.ts';
import type { QuantityKind } from './units.ts';
import { parseQuantity, SI_UNITS, scaled, scaleOf } from './units.ts';

/** A range in SI; an absent bound is open. */
export interface QuantityRange {
  min?: number;
  max?: number;
  minInclusive: boolean;
  maxInclusive: boolean;
}

/** Which bounds a comparison sets; "=" and no sign at all mean the value with the tolerance of its digits. */
const COMPARISONS: readonly (readonly [sign: string, side: 'min' | 'max', inclusive: boolean])[] = [
  ['<=', 'max', true],
  ['>=', 'min', true],
  ['≤', 'max', true],
  ['≥', 'min', true],
  ['<', 'max', false],
  ['>', 'min', false],
];

function usage(text: string, kind: QuantityKind, found: string): IngestError {
  const unit = kind === 'number' ? '' : ` with a unit of ${kind} such as ${SI_UNITS[kind]}`;
  const message = `Cannot read "${text}" as a range: expected A..B, <A, <=A, >A, >=A or A${unit}; ${found}.`;
  return new IngestError('usage', message, { context: { text, kind } });
}

/** A bound in SI and half the place of its last written digit: what "10 nm" leaves open. */
function bound(part: string, text: string, kind: QuantityKind, defaultUnit?: string): { value: number; half: number } {
  const quantity = parseQuantity(part);
  if (quantity === undefined) throw usage(text, kind, `"${part.trim()}" is not a number`);
  const unit = quantity.unit === '' ? (defaultUnit ?? '') : quantity.unit;
  const scale = scaleOf(unit, kind);
  const value = scale === undefined ? undefined : scaled(quantity, scale);
  if (scale === undefined || value === undefined) {
    throw usage(text, kind, unit === '' ? `"${part.trim()}" has no unit` : `"${unit}" is no unit of ${kind}`);
  }
  const half = 0.5 * 10 ** (quantity.power + scale.power) * (scale.factor ?? 1);
  return { value, half };
}

function between(left: string, right: string, text: string, kind: QuantityKind, defaultUnit?: string): QuantityRange {
  const range: QuantityRange = { minInclusive: true, maxInclusive: true };
  if (left.trim() === '' && right.trim() === '') throw usage(text, kind, 'both ends are missing');
  const leftUnit = parseQuantity(left)?.unit || undefined;
  const rightUnit = parseQuantity(right)?.unit || undefined;
  if (left.trim() !== '') range.min = bound(left, text, kind, rightUnit ?? defaultUnit).value;
  if (right.trim() !== '') range.max = bound(right, text, kind, leftUnit ?? defaultUnit).value;
  if ((range.min ?? -Infinity) > (range.max ?? Infinity)) throw usage(text, kind, 'the first end is above the second');
  return range;
}

/**
 * Reads a range as people type it: "5..15", "1um..10um", "..5nm", "<5nm", ">=2mm", "10nm". A unit written at one end of
 * A..B counts for both; a single value means "to the digits written": 10nm is 9.5 to 10.5 nm, 10.0nm is 9.95 to 10.05 nm.
 * @throws IngestError `usage` where the text is no range of that kind.
 */
export function parseRange(text: string, kind: QuantityKind, options: { defaultUnit?: string } = {}): QuantityRange {
  const trimmed = text.trim();
  const { defaultUnit } = options;
  const dots = trimmed.indexOf('..');
  if (dots >= 0) return between(trimmed.slice(0, dots), trimmed.slice(dots + 2), text, kind, defaultUnit);
  const comparison = COMPARISONS.find(([sign]) => trimmed.startsWith(sign));
  if (comparison === undefined) {
    const { value, half } = bound(trimmed.replace(/^=/, ''), text, kind, defaultUnit);
    return { min: value - half, max: value + half, minInclusive: true, maxInclusive: true };
  }
  const [sign, side, inclusive] = comparison;
  const { value } = bound(trimmed.slice(sign.length), text, kind, defaultUnit);
  return side === 'min'
    ? { min: value, minInclusive: inclusive, maxInclusive: true }
    : { max: value, minInclusive: true, maxInclusive: inclusive };
}
