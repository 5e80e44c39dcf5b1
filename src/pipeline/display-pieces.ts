import { preprocessRows } from '../classify/preprocess.ts';
import type { ImageFacts } from '../domain/record.ts';
import { toGrey8, toRgb8 } from '../raster/display.ts';
import type { Grey8, Rgb8 } from '../raster/picture.ts';
import { createShrinker } from '../raster/shrink.ts';
import type { PicturePiece, Survey } from '../raster/streamed-picture.ts';
import { createConstancy } from '../raster/stretch.ts';

/** What is shown of a picture that came in pieces. */
export interface ShownPicture {
  /** For the JPEG: of the picture's size, or reduced by a whole factor. */
  display: Grey8 | Rgb8;
  /** The network's input. */
  input: Uint8Array;
  /** No two values of the rows above the data bar differ. */
  isConstant: boolean;
}

export interface PieceDisplay {
  add(piece: PicturePiece): void;
  finish(): ShownPicture;
}

/** Longest side of the display picture in memory: 64 MB of grey for a square. */
const DISPLAY_SIDE_PX = 8192;

/** Makes from the pieces of a picture, from the top, what the JPEG and the network show of it. */
export function displayPieces(
  { widthPx, heightPx }: ImageFacts,
  keptRows: number,
  survey: Survey,
  inputSize?: number,
): PieceDisplay {
  const channels = survey.usesColour ? 3 : 1;
  const factor = Math.max(1, Math.ceil(Math.max(widthPx, heightPx) / DISPLAY_SIDE_PX));
  const shrinker = createShrinker({ widthPx, heightPx, channels, factorX: factor, factorY: factor });
  const input = preprocessRows({ widthPx, heightPx: keptRows }, inputSize);
  const constancy = createConstancy();
  return {
    add({ top, picture }) {
      const grey = toGrey8(picture, { whole: survey });
      const kept = Math.min(grey.heightPx, Math.max(0, keptRows - top)) * widthPx;
      input.add(grey.data.subarray(0, kept));
      constancy.add(picture.plane.data.subarray(0, kept));
      shrinker.add((channels === 3 ? toRgb8(picture, { whole: survey }) : undefined)?.data ?? grey.data);
    },
    finish: () => ({
      display: { widthPx: shrinker.widthPx, heightPx: shrinker.heightPx, data: shrinker.finish() },
      input: input.finish(),
      isConstant: constancy.isConstant(),
    }),
  };
}
