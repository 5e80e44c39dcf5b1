/**
 * Sums of boxes of `size` x `size` bytes, as `width` x `rows` 32-bit numbers; `stride` bytes lie between one row of the
 * picture and the next.
 */
export function sumSquares(source: usize, stride: i32, size: i32, width: i32, rows: i32, target: usize): void {
  for (let row = 0; row < rows; row++, source += size * stride, target += 4 * width) {
    let x = 0;
    if (size === 1) x = widen(source, width, target);
    else if (size === 2) x = sumPairs(source, stride, width, target);
    for (; x < width; x++) {
      let sum = 0;
      for (let y = 0; y < size; y++) {
        const at = source + x * size + y * stride;
        for (let i = 0; i < size; i++) sum += load<u8>(at + i);
      }
      store<i32>(target + <usize>x * 4, sum);
    }
  }
}

/** Returns how many of `width` numbers were made: those that are left lack a whole vector. */
function widen(source: usize, width: i32, target: usize): i32 {
  let x = 0;
  for (; x <= width - 8; x += 8) {
    const values = v128.load8x8_u(source + x);
    v128.store(target + <usize>x * 4, i32x4.extend_low_i16x8_u(values));
    v128.store(target + <usize>x * 4, i32x4.extend_high_i16x8_u(values), 16);
  }
  return x;
}

function sumPairs(source: usize, stride: i32, width: i32, target: usize): i32 {
  let x = 0;
  for (; x <= width - 8; x += 8) {
    const at = source + 2 * x;
    const sums = i16x8.add(
      i16x8.extadd_pairwise_i8x16_u(v128.load(at)),
      i16x8.extadd_pairwise_i8x16_u(v128.load(at + stride)),
    );
    v128.store(target + <usize>x * 4, i32x4.extend_low_i16x8_u(sums));
    v128.store(target + <usize>x * 4, i32x4.extend_high_i16x8_u(sums), 16);
  }
  return x;
}

/** Half the size of `width` x `rows` 32-bit numbers in both directions, each the sum of four; odd rests are left out. */
export function halve(source: usize, width: i32, rows: i32, target: usize): void {
  const half = width / 2;
  for (let row = 0; row < rows / 2; row++, source += 8 * width, target += 4 * half) {
    const below = source + 4 * width;
    let x = 0;
    for (; x <= half - 4; x += 4) {
      const at = <usize>x * 8;
      const left = i32x4.add(v128.load(source + at), v128.load(below + at));
      const right = i32x4.add(v128.load(source + at, 16), v128.load(below + at, 16));
      const even = v128.shuffle<i32>(left, right, 0, 2, 4, 6);
      const odd = v128.shuffle<i32>(left, right, 1, 3, 5, 7);
      v128.store(target + <usize>x * 4, i32x4.add(even, odd));
    }
    for (; x < half; x++) {
      const at = <usize>x * 8;
      const upper = load<i32>(source + at) + load<i32>(source + at, 4);
      store<i32>(target + <usize>x * 4, upper + load<i32>(below + at) + load<i32>(below + at, 4));
    }
  }
}

/** The sum of the squares of the Laplacian of `width` x `rows` 32-bit numbers, less the edge. */
export function laplacianEnergy(source: usize, width: i32, rows: i32): f64 {
  let sums = f64x2.splat(0);
  let rest: f64 = 0;
  const stride = width * 4;
  for (let row = 1; row < rows - 1; row++) {
    const line = source + row * stride;
    let x = 1;
    for (; x <= width - 5; x += 4) {
      const at = line + <usize>x * 4;
      const beside = i32x4.add(v128.load(at - 4), v128.load(at + 4));
      const around = i32x4.add(beside, i32x4.add(v128.load(at - stride), v128.load(at + stride)));
      const value = i32x4.sub(i32x4.shl(v128.load(at), 2), around);
      const low = f64x2.convert_low_i32x4_s(value);
      const high = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(value, value, 2, 3, 2, 3));
      sums = f64x2.add(sums, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
    }
    for (; x < width - 1; x++) {
      const at = line + <usize>x * 4;
      const around = load<i32>(at - 4) + load<i32>(at + 4) + load<i32>(at - stride) + load<i32>(at + stride);
      const value = <f64>(4 * load<i32>(at) - around);
      rest += value * value;
    }
  }
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1) + rest;
}

/**
 * Counts, for every second column of `width` x `rows` 32-bit numbers less the edge, what (1, -2, 1) down times (1, -2, 1)
 * across gives: its absolute value, times 2 to the `shift`, cut at `last`, is the place of the 32-bit count. `scratch` has
 * room for `width` numbers.
 */
export function countNoise(
  source: usize,
  width: i32,
  rows: i32,
  shift: i32,
  last: i32,
  scratch: usize,
  counts: usize,
): void {
  const stride = width * 4;
  for (let row = 1; row < rows - 1; row++) {
    bendDown(source + row * stride, stride, width, scratch);
    let x = 1;
    for (; x <= width - 5; x += 4) {
      const at = scratch + <usize>x * 4;
      const sides = i32x4.add(v128.load(at - 4), v128.load(at + 4));
      const bend = i32x4.abs(i32x4.sub(sides, i32x4.shl(v128.load(at), 1)));
      const scaled = shift >= 0 ? i32x4.shl(bend, shift) : i32x4.shr_u(bend, -shift);
      const place = i32x4.min_u(scaled, i32x4.splat(last));
      count(counts, i32x4.extract_lane(place, 0));
      count(counts, i32x4.extract_lane(place, 2));
    }
    for (; x < width - 1; x += 2) {
      const at = scratch + <usize>x * 4;
      const bend = abs(load<i32>(at - 4) + load<i32>(at + 4) - 2 * load<i32>(at));
      count(counts, min(shift >= 0 ? bend << shift : bend >> -shift, last));
    }
  }
}

function bendDown(line: usize, stride: i32, width: i32, target: usize): void {
  let x = 0;
  for (; x <= width - 4; x += 4) {
    const at = line + <usize>x * 4;
    const sides = i32x4.add(v128.load(at - stride), v128.load(at + stride));
    v128.store(target + <usize>x * 4, i32x4.sub(sides, i32x4.shl(v128.load(at), 1)));
  }
  for (; x < width; x++) {
    const at = line + <usize>x * 4;
    const bend = load<i32>(at - stride) + load<i32>(at + stride) - 2 * load<i32>(at);
    store<i32>(target + <usize>x * 4, bend);
  }
}

function count(counts: usize, place: i32): void {
  const at = counts + <usize>place * 4;
  store<u32>(at, load<u32>(at) + 1);
}
