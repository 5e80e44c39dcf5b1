/** The smallest of `length` 16-bit numbers in the upper half of the result, the largest in the lower. */
export function rangeOfWords(source: usize, length: i32): u32 {
  let least = i16x8.splat(-1);
  let most = i16x8.splat(0);
  let i = 0;
  for (; i <= length - 8; i += 8) {
    const values = v128.load(source + <usize>i * 2);
    least = i16x8.min_u(least, values);
    most = i16x8.max_u(most, values);
  }
  // Halved three times, each half with the other, the first lane has seen all.
  least = i16x8.min_u(least, v128.shuffle<i16>(least, least, 4, 5, 6, 7, 0, 1, 2, 3));
  least = i16x8.min_u(least, v128.shuffle<i16>(least, least, 2, 3, 0, 1, 6, 7, 4, 5));
  most = i16x8.max_u(most, v128.shuffle<i16>(most, most, 4, 5, 6, 7, 0, 1, 2, 3));
  most = i16x8.max_u(most, v128.shuffle<i16>(most, most, 2, 3, 0, 1, 6, 7, 4, 5));
  let low = min<u32>(i16x8.extract_lane_u(least, 0), i16x8.extract_lane_u(least, 1));
  let high = max<u32>(i16x8.extract_lane_u(most, 0), i16x8.extract_lane_u(most, 1));
  for (; i < length; i++) {
    const value: u32 = load<u16>(source + <usize>i * 2);
    low = min(low, value);
    high = max(high, value);
  }
  return (low << 16) | high;
}

/** Looks `length` bytes up in a table of 256, eight a turn. */
export function mapBytes(source: usize, length: i32, table: usize, target: usize): void {
  let i = 0;
  for (; i <= length - 8; i += 8) {
    const values = load<u64>(source + i);
    const low = pair(table, values) | (pair(table, values >> 16) << 16);
    const high = pair(table, values >> 32) | (pair(table, values >> 48) << 16);
    store<u64>(target + i, low | (high << 32));
  }
  for (; i < length; i++) store<u8>(target + i, load<u8>(table + load<u8>(source + i)));
}

function pair(table: usize, values: u64): u64 {
  const first = <usize>(values & 255);
  const second = <usize>((values >> 8) & 255);
  return <u64>load<u8>(table + first) | ((<u64>load<u8>(table + second)) << 8);
}

/** Looks `length` 16-bit numbers up in a table of 65,536 bytes, four a turn. */
export function mapWords(source: usize, length: i32, table: usize, target: usize): void {
  let i = 0;
  for (; i <= length - 4; i += 4) {
    const values = load<u64>(source + <usize>i * 2);
    const first = <u32>load<u8>(table + <usize>(values & 0xffff));
    const second = <u32>load<u8>(table + <usize>((values >> 16) & 0xffff));
    const third = <u32>load<u8>(table + <usize>((values >> 32) & 0xffff));
    const fourth = <u32>load<u8>(table + <usize>(values >> 48));
    store<u32>(target + i, first | (second << 8) | (third << 16) | (fourth << 24));
  }
  for (; i < length; i++) store<u8>(target + i, load<u8>(table + load<u16>(source + <usize>i * 2)));
}

/** Counts every `step`-th of `length` bytes, from `first` on, in 256 32-bit numbers. */
export function countLevels(source: usize, length: i32, first: i32, step: i32, counts: usize): void {
  for (let i = first; i < length; i += step) {
    const at = counts + <usize>load<u8>(source + i) * 4;
    store<u32>(at, load<u32>(at) + 1);
  }
}
