/*
 * The search for the marks that part a header's text, in AssemblyScript with SIMD; `npm run kernels` compiles it to
 * assets/text-kernels.wasm. Its memory is laid out by src/metadata/text-lines.ts: pointers are byte offsets.
 */

const LF: u8 = 10;
const CR: u8 = 13;
const EQUALS: u8 = 61;
const VECTOR: i32 = 16;
const LINE_BYTES: usize = 12;

/**
 * The lines of a text, which LF, CRLF or a lone CR close, at most `most` of them: of each its start, its end and its first
 * "=" (-1: none) as three i32 at `target`. Returns their count. Reads up to 15 bytes behind the text.
 */
export function markLines(source: usize, length: i32, most: i32, target: usize): i32 {
  const lf = i8x16.splat(LF);
  const cr = i8x16.splat(CR);
  const equalsSigns = i8x16.splat(EQUALS);
  let count: i32 = 0;
  let start: i32 = 0;
  let equals: i32 = -1;
  for (let at: i32 = 0; at < length; at += VECTOR) {
    const bytes = v128.load(source + at);
    const ends = v128.or(i8x16.eq(bytes, lf), i8x16.eq(bytes, cr));
    let marks = i8x16.bitmask(v128.or(ends, i8x16.eq(bytes, equalsSigns)));
    for (; marks != 0; marks &= marks - 1) {
      const place = at + ctz(marks);
      if (place >= length) break;
      const mark = load<u8>(source + place);
      if (mark == EQUALS) {
        if (equals < 0) equals = place;
        continue;
      }
      // The second half of CRLF closes nothing.
      const closed = mark == LF && place == start && place > 0 && load<u8>(source + place - 1) == CR;
      if (!closed) {
        store<i32>(target, start);
        store<i32>(target, place, 4);
        store<i32>(target, equals, 8);
        target += LINE_BYTES;
        count++;
        if (count == most) return count;
      }
      start = place + 1;
      equals = -1;
    }
  }
  if (start < length) {
    store<i32>(target, start);
    store<i32>(target, length, 4);
    store<i32>(target, equals, 8);
    count++;
  }
  return count;
}
