/**
 * How many strokes each of `rows` rows of `width` bytes has, of white ink and of black: runs of at most `longest` bytes of
 * `ink` and more, or 255 - `ink` and less, two pixels beside which on both sides lies ground: `ground` and less, or
 * 255 - `ground` and more. 32-bit counts.
 */
export function countStrokes(
  source: usize,
  width: i32,
  rows: i32,
  ink: i32,
  ground: i32,
  longest: i32,
  white: usize,
  black: usize,
): void {
  for (let row = 0; row < rows; row++, source += width) {
    let whites = 0;
    let blacks = 0;
    let at = nextInk(source, 0, width, ink);
    while (at < width) {
      const flip = <i32>load<u8>(source + at) < ink ? 255 : 0;
      const end = endOfInk(source, at + 1, width, ink, flip);
      if (end - at <= longest && isGround(source, at - 3, width, ground, flip)) {
        if (isGround(source, end + 2, width, ground, flip)) {
          if (flip === 0) whites++;
          else blacks++;
        }
      }
      at = nextInk(source, end, width, ink);
    }
    store<u32>(white + <usize>row * 4, whites);
    store<u32>(black + <usize>row * 4, blacks);
  }
}

function nextInk(row: usize, from: i32, width: i32, ink: i32): i32 {
  const white = i8x16.splat(<i8>ink);
  const black = i8x16.splat(<i8>(255 - ink));
  let at = from;
  for (; at <= width - 16; at += 16) {
    const values = v128.load(row + at);
    const found = v128.or(i8x16.ge_u(values, white), i8x16.le_u(values, black));
    if (v128.any_true(found)) return at + ctz(i8x16.bitmask(found));
  }
  for (; at < width; at++) {
    const value = <i32>load<u8>(row + at);
    if (value >= ink || value <= 255 - ink) return at;
  }
  return width;
}

function endOfInk(row: usize, from: i32, width: i32, ink: i32, flip: i32): i32 {
  const least = i8x16.splat(<i8>ink);
  const flipped = i8x16.splat(<i8>flip);
  let at = from;
  for (; at <= width - 16; at += 16) {
    const isInk = i8x16.ge_u(v128.xor(v128.load(row + at), flipped), least);
    if (!i8x16.all_true(isInk)) return at + ctz(~i8x16.bitmask(isInk));
  }
  for (; at < width; at++) {
    if ((<i32>load<u8>(row + at) ^ flip) < ink) return at;
  }
  return width;
}

function isGround(row: usize, at: i32, width: i32, ground: i32, flip: i32): bool {
  return at >= 0 && at < width && (<i32>load<u8>(row + at) ^ flip) <= ground;
}
