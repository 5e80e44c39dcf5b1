/** What {@link noisyStripes} draws, by turns. */
export const STRIPES = ['Coarse', 'Fine', 'Finest'] as const;

/** Square grey pictures in their order: stripes of four, three and two pixels under noise, and the label of each. */
export function noisyStripes(
  count: number,
  size: number,
  random: () => number,
): { pixels: Uint8Array; label: string }[] {
  return Array.from({ length: count }, (_, at) => {
    const [period, phase] = [4 - (at % 3), Math.floor(random() * 12)];
    const pixels = Uint8Array.from({ length: size * size }, (__, p) => {
      return (Math.floor(((p % size) + phase) / period) % 2 === 0 ? 150 : 90) + Math.floor(random() * 60);
    });
    return { pixels, label: STRIPES[at % 3] ?? '' };
  });
}
