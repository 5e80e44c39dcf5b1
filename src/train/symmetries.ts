/** Ways to turn and mirror a square: four rotations, each as it is and mirrored. */
export const SYMMETRIES = 8;

/**
 * A square picture of `size` x `size` values turned and mirrored, as a new array; `which` is 0 (as it is) to 7. A
 * microscope's picture has no up: it shows the same when the stage is turned.
 */
export function turned(pixels: Uint8Array, size: number, which: number): Uint8Array {
  const out = new Uint8Array(pixels.length);
  const last = size - 1;
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const [a, b] = (which & 1) === 0 ? [x, y] : [y, x];
      const fromX = (which & 2) === 0 ? a : last - a;
      const fromY = (which & 4) === 0 ? b : last - b;
      out[y * size + x] = pixels[fromY * size + fromX] ?? 0;
    }
  }
  return out;
}
