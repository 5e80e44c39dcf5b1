/** Sixteen bits hold the sum of this many bytes. */
const MOST_ROWS_A_SUM = 257;
/** A division by a factor is a product with 2 to the 24 by it, cut, as in the shrink of libvips. */
const QUOTIENT_BITS = 24;

/**
 * Averages `factor` rows of `width` bytes to one. `pending` rows are already in the `width` 32-bit sums, and those that do
 * not make up a whole one stay there; `scratch` has room for `width` 16-bit numbers. Returns how many rows were finished.
 */
export function shrinkRows(
  source: usize,
  width: i32,
  rows: i32,
  factor: i32,
  pending: i32,
  scratch: usize,
  sums: usize,
  target: usize,
): i32 {
  let finished = 0;
  for (let row = 0; row < rows; ) {
    if (factor === 2 && pending === 0 && row <= rows - 2) {
      averagePair(source + <usize>row * width, width, target + <usize>finished * width);
      row += 2;
      finished++;
      continue;
    }
    const count = min(min(MOST_ROWS_A_SUM, rows - row), factor - pending);
    sumRows(source + <usize>row * width, width, count, scratch);
    addSums(scratch, width, sums);
    row += count;
    pending += count;
    if (pending < factor) continue;
    finishRow(sums, width, factor, target + <usize>finished * width);
    finished++;
    pending = 0;
  }
  return finished;
}

/** The commonest factor. */
function averagePair(source: usize, width: i32, target: usize): void {
  let x = 0;
  for (; x <= width - 16; x += 16) {
    v128.store(target + x, i8x16.avgr_u(v128.load(source + x), v128.load(source + width + x)));
  }
  for (; x < width; x++) {
    store<u8>(target + x, <u8>((<u32>load<u8>(source + x) + load<u8>(source + width + x) + 1) >> 1));
  }
}

function sumRows(source: usize, width: i32, rows: i32, sums: usize): void {
  let x = 0;
  for (; x <= width - 16; x += 16) {
    let low = i16x8.splat(0);
    let high = i16x8.splat(0);
    let at = source + x;
    for (let row = 0; row < rows; row++, at += width) {
      const values = v128.load(at);
      low = i16x8.add(low, i16x8.extend_low_i8x16_u(values));
      high = i16x8.add(high, i16x8.extend_high_i8x16_u(values));
    }
    v128.store(sums + <usize>x * 2, low);
    v128.store(sums + <usize>x * 2, high, 16);
  }
  for (; x < width; x++) {
    let sum = 0;
    let at = source + x;
    for (let row = 0; row < rows; row++, at += width) sum += load<u8>(at);
    store<u16>(sums + <usize>x * 2, <u16>sum);
  }
}

function addSums(source: usize, width: i32, sums: usize): void {
  let x = 0;
  for (; x <= width - 8; x += 8) {
    const values = v128.load(source + <usize>x * 2);
    const at = sums + <usize>x * 4;
    v128.store(at, i32x4.add(v128.load(at), i32x4.extend_low_i16x8_u(values)));
    v128.store(at, i32x4.add(v128.load(at, 16), i32x4.extend_high_i16x8_u(values)), 16);
  }
  for (; x < width; x++) {
    const at = sums + <usize>x * 4;
    store<u32>(at, load<u32>(at) + load<u16>(source + <usize>x * 2));
  }
}

/** The sums become 0. */
function finishRow(sums: usize, width: i32, factor: i32, target: usize): void {
  const quotient: u32 = (1 << QUOTIENT_BITS) / <u32>factor;
  const zero = i32x4.splat(0);
  let x = 0;
  for (; x <= width - 8; x += 8) {
    const at = sums + <usize>x * 4;
    const low = means(v128.load(at), factor, quotient);
    const high = means(v128.load(at, 16), factor, quotient);
    v128.store64_lane(target + x, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(low, high), zero), 0);
    v128.store(at, zero);
    v128.store(at, zero, 16);
  }
  for (; x < width; x++) {
    const at = sums + <usize>x * 4;
    store<u8>(target + x, <u8>(((load<u32>(at) + factor / 2) * quotient) >> QUOTIENT_BITS));
    store<u32>(at, 0);
  }
}

function means(sums: v128, factor: i32, quotient: u32): v128 {
  const halfMore = i32x4.add(sums, i32x4.splat(factor / 2));
  return i32x4.shr_u(i32x4.mul(halfMore, i32x4.splat(quotient)), QUOTIENT_BITS);
}

/** Returns how many of `columns` means of two bytes were made: those that are left lack a whole vector. */
function halveRow(source: usize, columns: i32, target: usize): i32 {
  const one = i16x8.splat(1);
  let column = 0;
  for (; column <= columns - 16; column += 16) {
    const at = source + column * 2;
    const low = i16x8.shr_u(i16x8.add(i16x8.extadd_pairwise_i8x16_u(v128.load(at)), one), 1);
    const high = i16x8.shr_u(i16x8.add(i16x8.extadd_pairwise_i8x16_u(v128.load(at, 16)), one), 1);
    v128.store(target + column, i8x16.narrow_i16x8_u(low, high));
  }
  return column;
}

/** Averages `factor` bytes of a row of `width` to one of `columns`; the edge is repeated beyond it. */
export function shrinkColumns(source: usize, width: i32, rows: i32, factor: i32, columns: i32, target: usize): void {
  const quotient: u32 = (1 << QUOTIENT_BITS) / <u32>factor;
  const whole = width / factor;
  for (let row = 0; row < rows; row++, source += width, target += columns) {
    let column = factor === 2 ? halveRow(source, whole, target) : 0;
    let at = source + column * factor;
    for (; column < whole; column++) {
      let sum: u32 = factor / 2;
      for (const end = at + factor; at < end; at++) sum += load<u8>(at);
      store<u8>(target + column, <u8>((sum * quotient) >> QUOTIENT_BITS));
    }
    if (whole === columns) continue;
    const end = source + width;
    let sum: u32 = factor / 2 + (factor - <i32>(end - at)) * <i32>load<u8>(end - 1);
    for (; at < end; at++) sum += load<u8>(at);
    store<u8>(target + whole, <u8>((sum * quotient) >> QUOTIENT_BITS));
  }
}

/**
 * Makes `columns` bytes of each of `rows` rows of `width` bytes: byte x is the weighted sum of those from `starts[x]` on,
 * the weights in rows of `most` (32-bit numbers all, the weights with `bits` fractional ones). `most` is a multiple of 4;
 * bytes are read, to be multiplied by a weight of 0, also behind the last row.
 */
export function resizeRows(
  source: usize,
  width: i32,
  rows: i32,
  columns: i32,
  starts: usize,
  weights: usize,
  most: i32,
  bits: i32,
  target: usize,
): void {
  const half = 1 << (bits - 1);
  for (let row = 0; row < rows; row++, source += width, target += columns) {
    let weight = weights;
    for (let x = 0; x < columns; x++) {
      let at = source + load<i32>(starts + <usize>x * 4);
      let sums = i32x4.splat(0);
      for (let i = 0; i < most; i += 4, at += 4, weight += 16) {
        const values = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
        sums = i32x4.add(sums, i32x4.mul(values, v128.load(weight)));
      }
      const pairs = i32x4.add(sums, v128.shuffle<i32>(sums, sums, 2, 3, 0, 1));
      const sum = half + i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
      store<u8>(target + x, <u8>(sum >> bits));
    }
  }
}

/** As {@link resizeRows}, down: row y of `rows` is the weighted sum of whole rows of `width` bytes. */
export function resizeColumns(
  source: usize,
  width: i32,
  rows: i32,
  starts: usize,
  counts: usize,
  weights: usize,
  most: i32,
  bits: i32,
  target: usize,
): void {
  const half = 1 << (bits - 1);
  for (let row = 0; row < rows; row++, target += width, weights += 4 * most) {
    const first = source + load<i32>(starts + <usize>row * 4) * width;
    const count = load<i32>(counts + <usize>row * 4);
    let x = 0;
    for (; x <= width - 16; x += 16) {
      let a = i32x4.splat(half);
      let b = a;
      let c = a;
      let d = a;
      let at = first + x;
      for (let i = 0; i < count; i++, at += width) {
        const weight = v128.load32_splat(weights + <usize>i * 4);
        const values = v128.load(at);
        const low = i16x8.extend_low_i8x16_u(values);
        const high = i16x8.extend_high_i8x16_u(values);
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), weight));
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), weight));
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), weight));
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), weight));
      }
      const low = i16x8.narrow_i32x4_s(i32x4.shr_s(a, bits), i32x4.shr_s(b, bits));
      const high = i16x8.narrow_i32x4_s(i32x4.shr_s(c, bits), i32x4.shr_s(d, bits));
      v128.store(target + x, i8x16.narrow_i16x8_u(low, high));
    }
    for (; x < width; x++) {
      let sum = half;
      let at = first + x;
      for (let i = 0; i < count; i++, at += width) sum += <i32>load<u8>(at) * load<i32>(weights + <usize>i * 4);
      store<u8>(target + x, <u8>(sum >> bits));
    }
  }
}
