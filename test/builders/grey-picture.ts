import type { Grey8 } from '../../src/raster/picture.ts';

/** Numbers of 0 to 1 that look random and are the same each time. */
export function pseudoRandom(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A picture of `level(column, row)`, rounded and clamped to 0 to 255. */
export function greyPicture(widthPx: number, heightPx: number, level: (x: number, y: number) => number): Grey8 {
  const data = new Uint8Array(widthPx * heightPx);
  for (let y = 0, at = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) data[at++] = Math.min(255, Math.max(0, Math.round(level(x, y))));
  }
  return { widthPx, heightPx, data };
}

/** Grey grains on a darker ground with a little noise: what a specimen in focus looks like to a statistic. */
export function specimen(widthPx: number, heightPx: number, options: { noise?: number; seed?: number } = {}): Grey8 {
  const { noise = 4, seed = 1 } = options;
  const random = pseudoRandom(seed);
  const grains = Array.from({ length: Math.ceil((widthPx * heightPx) / 900) }, () => {
    return { x: random() * widthPx, y: random() * heightPx, radius: 4 + 8 * random(), grey: 120 + 100 * random() };
  });
  const base = new Uint8Array(widthPx * heightPx).fill(60);
  for (const { x, y, radius, grey } of grains) {
    for (let row = Math.max(0, Math.ceil(y - radius)); row < Math.min(heightPx, y + radius); row++) {
      const half = Math.sqrt(radius ** 2 - (row - y) ** 2);
      base.fill(grey, row * widthPx + Math.max(0, Math.ceil(x - half)), row * widthPx + Math.min(widthPx, x + half));
    }
  }
  return greyPicture(widthPx, heightPx, (x, y) => (base[y * widthPx + x] as number) + noise * 3.4 * (random() - 0.5));
}

/** A copy with a rectangle painted over it. */
export function painted(
  picture: Grey8,
  box: { x: number; y: number; width: number; height: number },
  level: (x: number, y: number) => number,
): Grey8 {
  const inside = (x: number, y: number): boolean =>
    x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
  return greyPicture(picture.widthPx, picture.heightPx, (x, y) =>
    inside(x, y) ? level(x - box.x, y - box.y) : (picture.data[y * picture.widthPx + x] as number),
  );
}

/** Two lines of letters of 5 x 7 pixels and a scale bar, as a vendor's strip has them: 1 where there is ink. */
export function lettering(x: number, y: number, height: number): 0 | 1 {
  const line = (y - Math.floor(height / 4)) % 12;
  if (y < height / 4 || y > (3 * height) / 4 || line < 0 || line > 6) return 0;
  const [letter, column] = [Math.floor(x / 7), x % 7];
  if (letter % 6 === 5 || column > 4) return 0;
  return ((letter * 37 + column * 11 + line * 5) >> 1) % 2 === 0 ? 1 : 0;
}

/** A copy with a strip of lettering over its full width; `rowsBelow` rows of the picture stay visible beneath. */
export function withStrip(
  picture: Grey8,
  strip: { height: number; background: number; ink?: number; rowsBelow?: number },
): Grey8 {
  const { height, background, ink = background > 127 ? 0 : 255, rowsBelow = 0 } = strip;
  const y = picture.heightPx - height - rowsBelow;
  return painted(picture, { x: 0, y, width: picture.widthPx, height }, (column, row) =>
    lettering(column, row, height) === 1 ? ink : background,
  );
}
