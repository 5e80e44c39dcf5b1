import type { Picture, SampleArray } from '../raster/picture.ts';
import type { PicturePiece } from '../raster/streamed-picture.ts';
import { largestDivisor } from '../raster/tiff-bands.ts';
import type { FillableTree } from './hdf5-tree.ts';
import { describePixels } from './nexus-image.ts';
import { ATTACHMENTS, PLOT } from './nexus-paths.ts';

/** How a picture that comes in pieces is going to lie in the HDF5 file. */
export interface PiecesLayout {
  widthPx: number;
  heightPx: number;
  /** Rows that are micrograph; those below are the data bar. */
  keptRows: number;
  /** Rows of a piece but the last. */
  pieceRows: number;
}

export type PutPiece = (piece: PicturePiece) => void;

/** As in other files of this program: readers fetch about so much for any part of a picture. */
const CHUNK_BYTES = 2 ** 20;

type Put = (data: SampleArray, top: number, rows: number) => void;

/**
 * What writes the pieces of a picture, from the top, to where a whole picture's pixels would stand, and of the same shape
 * and type.
 */
export function pieceWriter(tree: FillableTree, layout: PiecesLayout): PutPiece {
  let put: ((piece: PicturePiece) => void) | undefined;
  return (piece) => {
    put ??= startArrays(tree, layout, piece.picture);
    put(piece);
  };
}

function startArrays(tree: FillableTree, layout: PiecesLayout, first: Picture): PutPiece {
  const { widthPx, heightPx, keptRows } = layout;
  const { data: like } = first.plane;
  const real = rowArray(tree, `${PLOT}/real`, like, { ...layout, rows: keptRows, columns: [widthPx] });
  describePixels(tree);
  const barRows = heightPx - keptRows;
  const bar =
    barRows > 0
      ? rowArray(tree, `${ATTACHMENTS}/data_bar`, like, { ...layout, rows: barRows, columns: [widthPx] })
      : undefined;
  const colour = colourArray(tree, layout, first);
  return ({ top, picture }) => {
    const { data, heightPx: rows } = picture.plane;
    const kept = Math.min(rows, Math.max(0, keptRows - top));
    if (kept > 0) {
      real(data.subarray(0, kept * widthPx), top, kept);
      colour?.(picture, top, kept);
    }
    if (kept < rows) bar?.(data.subarray(kept * widthPx), top + kept - keptRows, rows - kept);
  };
}

interface RowArray {
  rows: number;
  pieceRows: number;
  /** Lengths of the directions behind that of the rows. */
  columns: readonly number[];
}

function rowArray(tree: FillableTree, path: string, like: SampleArray, { rows, pieceRows, columns }: RowArray): Put {
  const chunkRows = rowsOfChunk(like, { rows, pieceRows, columns });
  const write = tree.slabs(path, like, [rows, ...columns], [chunkRows, ...columns]);
  return (data, top, count) => write({ data, count: [count, ...columns], offset: [top, ...columns.map(() => 0)] });
}

/** So many that pieces end where chunks do: a chunk that is written in parts is read again. */
function rowsOfChunk(like: SampleArray, { rows, pieceRows, columns }: RowArray): number {
  const rowBytes = columns.reduce((product, length) => product * length, like.BYTES_PER_ELEMENT);
  return Math.min(rows, largestDivisor(pieceRows, Math.max(1, CHUNK_BYTES / rowBytes)));
}

/** The samples of a true-colour picture, ordered as the file orders them. */
function colourArray(
  tree: FillableTree,
  layout: PiecesLayout,
  { colour, storedColour }: Picture,
): ((picture: Picture, top: number, rows: number) => void) | undefined {
  const like = storedColour?.data ?? colour?.data;
  if (like === undefined) return undefined;
  const path = `${ATTACHMENTS}/colour`;
  const { widthPx, keptRows: rows, pieceRows } = layout;
  if (!storedColour?.planar) {
    const samples = storedColour?.shape[2] ?? 3;
    const put = rowArray(tree, path, like, { rows, pieceRows, columns: [widthPx, samples] });
    return (picture, top, count) => {
      const data = picture.storedColour?.data ?? picture.colour?.data;
      if (data) put(data.subarray(0, count * widthPx * samples), top, count);
    };
  }
  const [planes] = storedColour.shape;
  const chunkRows = rowsOfChunk(like, { rows, pieceRows, columns: [widthPx] });
  const write = tree.slabs(path, like, [planes, rows, widthPx], [1, chunkRows, widthPx]);
  return ({ storedColour: stored, plane }, top, count) => {
    if (stored === undefined) return;
    for (let i = 0; i < planes; i++) {
      const start = i * plane.heightPx * widthPx;
      const data = stored.data.subarray(start, start + count * widthPx);
      write({ data, count: [1, count, widthPx], offset: [i, top, 0] });
    }
  };
}
