/**
 * Other views of a training picture. A scanning electron micrograph has no up: mirrored and turned it shows the same.
 * All are views of the network's square input, which is the same as turning the picture before it is squashed.
 * `with-data-bar` is the picture with the strip of text that serving cuts, for instruments whose strip is not always found.
 */
export const TURNS = [
  'flip-x',
  'flip-y',
  'turn-90',
  'turn-180',
  'turn-270',
  'flip-diagonal',
  'flip-antidiagonal',
] as const;
export type Turn = (typeof TURNS)[number];
export type Augmentation = Turn | 'with-data-bar';

export const AUGMENT_KINDS = ['flips', 'rotations'] as const;
export type AugmentKind = (typeof AUGMENT_KINDS)[number];

/** Both mirrors make a half turn; mirrors and turns together make all eight views of a square. */
const TURNS_OF: Readonly<Record<AugmentKind, readonly Turn[]>> = {
  flips: ['flip-x', 'flip-y', 'turn-180'],
  rotations: ['turn-90', 'turn-180', 'turn-270'],
};

/** The views that kinds of augmentation ask for, in the order of {@link TURNS}. */
export function turnsOf(kinds: readonly AugmentKind[]): Turn[] {
  if (AUGMENT_KINDS.every((kind) => kinds.includes(kind))) return [...TURNS];
  const wanted = new Set(kinds.flatMap((kind) => TURNS_OF[kind]));
  return TURNS.filter((turn) => wanted.has(turn));
}

/** A square of `size` x `size` grey bytes, turned or mirrored, as a new array; turns are clockwise. */
export function turnSquare(square: Uint8Array, size: number, turn: Turn): Uint8Array {
  const out = new Uint8Array(square.length);
  const last = size - 1;
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const [fromX, fromY] = sourceOf(turn, x, y, last);
      out[y * size + x] = square[fromY * size + fromX] ?? 0;
    }
  }
  return out;
}

function sourceOf(turn: Turn, x: number, y: number, last: number): [number, number] {
  switch (turn) {
    case 'flip-x':
      return [last - x, y];
    case 'flip-y':
      return [x, last - y];
    case 'turn-90':
      return [y, last - x];
    case 'turn-180':
      return [last - x, last - y];
    case 'turn-270':
      return [last - y, x];
    case 'flip-diagonal':
      return [y, x];
    case 'flip-antidiagonal':
      return [last - y, last - x];
  }
}
