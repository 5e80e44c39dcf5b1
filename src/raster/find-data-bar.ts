import type { Grey8 } from './picture.ts';

/** A strip with text that the microscope drew at the bottom of the picture, or over it near the bottom. */
export interface FoundDataBar {
  /** Rows from the strip's upper edge to the last row of the picture. */
  heightPx: number;
  /** Rows of the picture that go on below the strip; 0 where the strip reaches the bottom. */
  rowsBelowPx: number;
  /** Grey of the strip's background. */
  background: number;
}

/** The strip begins in the lowest quarter: the highest of 80 real ones began 21 % above the bottom (docs/quality.md). */
const SEARCHED_SHARE = 0.25;
const MIN_HEIGHT_SHARE = 0.015;
const MAX_HEIGHT_SHARE = 0.15;
/** Text is not written lower than this, and smaller pictures are crops or icons. */
const MIN_HEIGHT_PX = 6;
const MIN_WIDTH_PX = 64;
/** JPEG moves a constant background by a few grey levels. */
const BACKGROUND_TOLERANCE = 6;
/** A row of nothing but background has this share of it: a logo or the lines of a frame may stand beside it. */
const CLEAN_SHARE = 0.85;
/** The same at a sparse look, which may miss some. */
const SPARSE_CLEAN_SHARE = 0.8;
/** Lines of text leave this much background between and in the letters. */
const TEXT_ROW_SHARE = 0.3;
/** Background that may stand by chance in the row above the strip. */
const MAX_SHARE_ABOVE = 0.7;
/** Grey levels between ink and background: text shrunk to a thumbnail is this pale. */
const INK_CONTRAST = 40;
/** Ruled lines over the full width interrupt a strip for at most this many rows, or this share of the height. */
const RULE_ROWS = 2;
const RULE_SHARE = 0.004;
const SAMPLES_A_ROW = 128;
const BACKGROUNDS_TRIED = 3;

/** What one row of the searched part shows beside a given background. */
interface RowFacts {
  /** Share of pixels that are background. */
  background: Float32Array;
  /** Share of pixels that are ink. */
  ink: Float32Array;
  /** Share of pixels that are as the one in the middle; known of rows that are mostly ink. */
  even: Float32Array;
  /** How often ink begins. */
  strokes: Uint32Array;
}

/**
 * Finds a data bar in the picture alone: a strip of constant background over the full width with a sharp straight upper
 * edge and strokes of text in it, 1.5 to 15 % of the picture's height. A black rest of an interrupted scan has no text,
 * and text without a strip is an annotation: neither is a bar. Reads the lowest quarter of the rows; a sparse look at
 * them ends the search in most pictures without a bar.
 */
export function findDataBar(grey: Grey8): FoundDataBar | undefined {
  const { widthPx, heightPx } = grey;
  if (widthPx < MIN_WIDTH_PX || heightPx * MAX_HEIGHT_SHARE < MIN_HEIGHT_PX) return undefined;
  const firstRow = heightPx - Math.floor(heightPx * SEARCHED_SHARE);
  const ruleRows = Math.max(RULE_ROWS, Math.round(heightPx * RULE_SHARE));
  for (const background of likelyBackgrounds(grey, firstRow)) {
    const from = firstRelevantRow(grey, firstRow, background);
    if (from === undefined) continue;
    const rows = rowFacts(grey, Math.max(firstRow, from - 2 * ruleRows), background);
    const strip = findStrip(rows, heightPx, ruleRows);
    if (strip === undefined) continue;
    const rowsBelowPx = rows.strokes.length - strip.end;
    return { heightPx: strip.end - strip.start + rowsBelowPx, rowsBelowPx, background };
  }
  return undefined;
}

/** Greys of the rows that look empty at a sparse look, the commonest first. */
function likelyBackgrounds({ widthPx, heightPx, data }: Grey8, firstRow: number): number[] {
  const step = Math.max(1, Math.floor(widthPx / SAMPLES_A_ROW));
  const needed = Math.ceil(widthPx / step) * CLEAN_SHARE;
  const counts = new Uint16Array(256);
  const votes = new Uint32Array(256);
  for (let row = firstRow; row < heightPx; row++) {
    counts.fill(0);
    const end = (row + 1) * widthPx;
    let mode = 0;
    let most = 0;
    for (let at = row * widthPx; at < end; at += step) {
      const level = data[at] as number;
      const count = (counts[level] as number) + 1;
      counts[level] = count;
      if (count > most) {
        most = count;
        mode = level;
      }
    }
    if (sumAround(counts, mode, BACKGROUND_TOLERANCE) >= needed) votes[mode] = (votes[mode] ?? 0) + 1;
  }
  const found: number[] = [];
  while (found.length < BACKGROUNDS_TRIED) {
    const mode = votes.indexOf(Math.max(...votes));
    if (votes[mode] === 0) break;
    found.push(mode);
    votes.fill(0, Math.max(0, mode - BACKGROUND_TOLERANCE), mode + BACKGROUND_TOLERANCE + 1);
  }
  return found;
}

/**
 * At a sparse look, the first row that matters to the search: the first empty one below one that is not, or the very
 * first where others are empty before it. Undefined where no edge is high enough for a data bar.
 */
function firstRelevantRow(
  { widthPx, heightPx, data }: Grey8,
  firstRow: number,
  background: number,
): number | undefined {
  const step = Math.max(1, Math.floor(widthPx / SAMPLES_A_ROW));
  const needed = Math.ceil(widthPx / step) * SPARSE_CLEAN_SHARE;
  const lastRow = heightPx - leastHeight(heightPx);
  let wasClean = true;
  let cleanRows = 0;
  for (let row = firstRow; row <= lastRow; row++) {
    const end = (row + 1) * widthPx;
    let plain = 0;
    for (let at = row * widthPx; at < end; at += step) {
      if (Math.abs((data[at] as number) - background) <= BACKGROUND_TOLERANCE) plain++;
    }
    const isClean = plain >= needed;
    if (isClean && !wasClean) return cleanRows === 0 ? row : firstRow;
    if (isClean) cleanRows++;
    wasClean = isClean;
  }
  return undefined;
}

function leastHeight(heightPx: number): number {
  return Math.max(MIN_HEIGHT_PX, heightPx * MIN_HEIGHT_SHARE);
}

function sumAround(counts: Uint16Array, level: number, reach: number): number {
  let sum = 0;
  for (let at = Math.max(0, level - reach); at <= Math.min(255, level + reach); at++) sum += counts[at] as number;
  return sum;
}

function rowFacts({ widthPx, heightPx, data }: Grey8, firstRow: number, background: number): RowFacts {
  const rows = heightPx - firstRow;
  const facts: RowFacts = {
    background: new Float32Array(rows),
    ink: new Float32Array(rows),
    even: new Float32Array(rows),
    strokes: new Uint32Array(rows),
  };
  const isPlain = levelsWithin(background, BACKGROUND_TOLERANCE);
  const isPaper = levelsWithin(background, INK_CONTRAST - 1);
  for (let row = 0, at = firstRow * widthPx; row < rows; row++) {
    const start = at;
    let plain = 0;
    let paper = 0;
    let strokes = 0;
    let wasPaper = 1;
    for (const end = at + widthPx; at < end; at++) {
      const value = data[at] as number;
      const here = isPaper[value] as number;
      plain += isPlain[value] as number;
      paper += here;
      strokes += wasPaper & ~here;
      wasPaper = here;
    }
    facts.background[row] = plain / widthPx;
    facts.ink[row] = 1 - paper / widthPx;
    facts.strokes[row] = strokes;
    if (1 - paper / widthPx >= CLEAN_SHARE) facts.even[row] = evenShare(data.subarray(start, at));
  }
  return facts;
}

/** 1 for the levels that are at most `reach` away from `level`. */
function levelsWithin(level: number, reach: number): Uint8Array {
  return new Uint8Array(256).fill(1, Math.max(0, level - reach), level + reach + 1);
}

/** Share of a row that is as the pixel in its middle. */
function evenShare(row: Uint8Array): number {
  const middle = row[row.length >> 1] as number;
  let even = 0;
  for (let at = 0; at < row.length; at++) {
    if (Math.abs((row[at] as number) - middle) <= BACKGROUND_TOLERANCE) even++;
  }
  return even / row.length;
}

interface Span {
  start: number;
  /** The first row behind it. */
  end: number;
}

/** The lowest strip that looks like a data bar, in rows of the searched part. */
function findStrip(rows: RowFacts, heightPx: number, ruleRows: number): Span | undefined {
  for (const run of backgroundRuns(rows, ruleRows).toReversed()) {
    for (const start of possibleEdges(rows, run, ruleRows)) {
      const strip = { start, end: run.end };
      if (hasPlausibleHeight(strip, heightPx) && hasText(rows, strip)) return toBottom(rows, strip, ruleRows);
    }
  }
  return undefined;
}

/** Runs of rows that are background, ruled lines between them included. */
function backgroundRuns({ background }: RowFacts, ruleRows: number): Span[] {
  const runs: Span[] = [];
  for (let row = 0; row < background.length; row++) {
    if ((background[row] as number) < TEXT_ROW_SHARE) continue;
    const last = runs.at(-1);
    if (last !== undefined && row - last.end <= ruleRows) last.end = row + 1;
    else runs.push({ start: row, end: row + 1 });
  }
  return runs;
}

/** A line over the full width, as frames have. */
function isLine({ ink, even }: RowFacts, row: number): boolean {
  return (ink[row] as number) >= CLEAN_SHARE && (even[row] as number) >= CLEAN_SHARE;
}

function hasPlausibleHeight({ start, end }: Span, heightPx: number): boolean {
  const height = end - start;
  return height >= leastHeight(heightPx) && height <= heightPx * MAX_HEIGHT_SHARE;
}

/** Where a strip may begin in or on top of a run, from above; behind an empty row only a line can be an edge. */
function possibleEdges(rows: RowFacts, run: Span, ruleRows: number): number[] {
  const edges: number[] = [];
  let isBehindEmpty = false;
  for (let row = Math.max(1, run.start - ruleRows); row < run.end; row++) {
    if ((!isBehindEmpty || isLine(rows, row)) && hasSharpEdge(rows, row)) edges.push(row);
    isBehindEmpty ||= (rows.background[row] as number) >= CLEAN_SHARE;
  }
  return edges;
}

/** A line with emptiness below, or a row below which it is empty at once and above which it is not. */
function hasSharpEdge(rows: RowFacts, start: number): boolean {
  const { background } = rows;
  const [above = 1, here = 0, below = 0, third = 0] = background.subarray(start - 1, start + 3);
  if (isLine(rows, start)) return !isLine(rows, start - 1) && Math.max(below, third) >= CLEAN_SHARE;
  return above <= MAX_SHARE_ABOVE && here >= TEXT_ROW_SHARE && Math.max(here, below) >= CLEAN_SHARE;
}

/** A tenth of the strip's rows, at least three, cross several strokes, and there is more paper than ink. */
function hasText({ background, ink, strokes }: RowFacts, { start, end }: Span): boolean {
  let textRows = 0;
  let cleanRows = 0;
  let most = 0;
  let inkSum = 0;
  for (let row = start; row < end; row++) {
    const crossed = strokes[row] as number;
    if (crossed >= 4) textRows++;
    if (crossed > most) most = crossed;
    if ((background[row] as number) >= CLEAN_SHARE) cleanRows++;
    inkSum += ink[row] as number;
  }
  const height = end - start;
  return textRows >= Math.max(3, height / 10) && most >= 8 && cleanRows >= height / 8 && inkSum / height <= 0.35;
}

/** Rows below a strip that are too few to be picture are its frame. */
function toBottom({ strokes }: RowFacts, { start, end }: Span, ruleRows: number): Span {
  return { start, end: strokes.length - end <= ruleRows ? strokes.length : end };
}
