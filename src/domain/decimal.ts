/** A decimal number as somebody wrote it; a comma counts as its point. */
export interface Decimal {
  /** Sign and digits, none disturbed, with a point where there is one: "-0.50". */
  digits: string;
  /** Of ten, as written behind the digits. */
  exponent: number;
  /** The same as a whole number times a power of ten; NaN where it has more digits than a number holds exactly. */
  mantissa: number;
  power: number;
  /** How many characters were read. */
  end: number;
}

const [PLUS, COMMA, MINUS, POINT, NINE, ZERO, LARGE_E, SMALL_E] = [43, 44, 45, 46, 57, 48, 69, 101];
/** No number of a header is longer; it bounds the work on hostile text. */
const MAX_DIGITS = 200;
const MAX_EXPONENT_DIGITS = 6;
/** Below 2^53 by any digits. */
const EXACT_MANTISSA = 1e15;
/** The powers of ten that are exact. */
const POWERS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** Where the digits from `from` on end, of which at most `most` are looked at. */
function digitsEnd(text: string, from: number, most = MAX_DIGITS): number {
  let end = from;
  while (end < from + most) {
    const code = text.codePointAt(end);
    if (code === undefined || code < ZERO || code > NINE) break;
    end++;
  }
  return end;
}

function signEnd(text: string, at: number): number {
  const code = text.codePointAt(at);
  return code === PLUS || code === MINUS ? at + 1 : at;
}

/** Where the exponent behind a number ends; `at` where there is none. */
function exponentEnd(text: string, at: number): number {
  const mark = text.codePointAt(at);
  if (mark !== LARGE_E && mark !== SMALL_E) return at;
  const from = signEnd(text, at + 1);
  const end = digitsEnd(text, from, MAX_EXPONENT_DIGITS);
  return end === from ? at : end;
}

/** The digits of a text from `start` to before `end` behind those of `mantissa`. */
function append(mantissa: number, text: string, start: number, end: number): number {
  let all = mantissa;
  for (let at = start; at < end; at++) all = 10 * all + ((text.codePointAt(at) ?? ZERO) - ZERO);
  return all;
}

/** The number that a text begins with; undefined where it begins with none. */
export function readDecimal(text: string): Decimal | undefined {
  const first = signEnd(text, 0);
  const wholeEnd = digitsEnd(text, first);
  const separator = text.codePointAt(wholeEnd);
  const separated = separator === POINT || separator === COMMA;
  const fractionStart = separated ? wholeEnd + 1 : wholeEnd;
  const mantissaEnd = separated ? digitsEnd(text, fractionStart) : wholeEnd;
  const hasWhole = wholeEnd > first;
  // A separator alone is no number.
  if (!hasWhole && mantissaEnd <= fractionStart) return undefined;
  const end = exponentEnd(text, mantissaEnd);
  const digits =
    hasWhole && separator !== COMMA
      ? text.slice(0, mantissaEnd)
      : `${text.slice(0, wholeEnd)}${hasWhole ? '' : '0'}.${text.slice(fractionStart, mantissaEnd)}`;
  const exponent = end === mantissaEnd ? 0 : Number.parseInt(text.slice(mantissaEnd + 1, end), 10);
  const size = append(append(0, text, first, wholeEnd), text, fractionStart, mantissaEnd);
  const mantissa = size >= EXACT_MANTISSA ? Number.NaN : text.codePointAt(0) === MINUS ? -size : size;
  return { digits, exponent, mantissa, power: exponent - (mantissaEnd - fractionStart), end };
}

/**
 * The number times ten to the power of `shift`, rounded once, as the digits with a shifted point would be. Where mantissa
 * and power are exact, one multiplication or division rounds as a parser does (W. D. Clinger, How to read floating point
 * numbers accurately, 1990).
 */
export function decimalValue({ digits, exponent, mantissa, power }: Decimal, shift = 0): number {
  const scale = POWERS[Math.abs(power + shift)];
  if (scale === undefined || Number.isNaN(mantissa)) return Number(`${digits}e${exponent + shift}`);
  return power + shift < 0 ? mantissa / scale : mantissa * scale;
}
