import type { HarvestInput, TiffText } from './harvest-types.ts';
import { readClock, readDays } from './local-time.ts';
import type { TermList } from './term-list.ts';
import { addTerm, addValue } from './term-list.ts';

/**
 * Resolutions that printers, scanners and drawing programs write: pixels per inch of paper, never of a specimen.
 * Adobe, ImageMagick and Windows defaults, and the steps of laser and ink-jet printers.
 */
const PRINT_DPI = new Set([
  1, 28, 56, 64, 72, 75, 90, 96, 100, 120, 144, 150, 180, 200, 240, 254, 256, 288, 300, 350, 360, 400, 600, 720, 800,
  1000, 1200, 1440, 2400, 2540, 2880, 3600, 4000, 4800, 5400, 9600,
]);
const METRES_PER_UNIT = { inch: 0.0254, centimetre: 0.01 } as const;
/** Pixels of scanning electron micrographs; 2 µm is finer than any printer, 10 pm coarser than nothing. */
const SMALLEST_PIXEL_M = 1e-11;
const LARGEST_PIXEL_M = 2e-6;

function plausible(pixelSizeM: number): boolean {
  return pixelSizeM >= SMALLEST_PIXEL_M && pixelSizeM <= LARGEST_PIXEL_M;
}

function addResolution(list: TermList, text: TiffText): void {
  const { resolution } = text;
  if (resolution === undefined || resolution.unit === 'none') return;
  const { xPerUnit, yPerUnit, unit } = resolution;
  const unitM = METRES_PER_UNIT[unit];
  if (PRINT_DPI.has(Math.round((xPerUnit * METRES_PER_UNIT.inch) / unitM))) return;
  const [x, y] = [unitM / xPerUnit, unitM / yPerUnit];
  if (!plausible(x) || !plausible(y)) return;
  addValue(list, 'pixel_size_x', x, { key: 'XResolution', raw: `${xPerUnit} per ${unit}`, trust: 'low' });
  addValue(list, 'pixel_size_y', y, { key: 'YResolution', raw: `${yPerUnit} per ${unit}`, trust: 'low' });
}

/** "2018:11:15 19:42:31": the moment the file was written, by whatever program wrote it. */
function addDateTime(list: TermList, text: string): void {
  const [day, time] = text.trim().split(' ');
  const [reading] = readDays((day ?? '').replaceAll(':', '/'));
  const clock = readClock(time ?? '');
  if (reading === undefined || clock === undefined) return;
  addValue(list, 'acquired_at', `${reading.iso}T${clock.iso}`, { key: 'DateTime', raw: text.trim(), trust: 'low' });
}

/** What TIFF itself says about a picture without a known header; nothing of it is more than a hint. */
export function readTiffFacts({ tiffText = {} }: HarvestInput): TermList {
  const list: TermList = { terms: [], issues: [] };
  addTerm(list, 'vendor', { key: 'Make', raw: tiffText.make ?? '', trust: 'low' });
  addTerm(list, 'instrument_model', { key: 'Model', raw: tiffText.model ?? '', trust: 'low' });
  addTerm(list, 'software_version', { key: 'Software', raw: tiffText.software ?? '', trust: 'low' });
  addTerm(list, 'operator', { key: 'Artist', raw: tiffText.artist ?? '' });
  if (tiffText.dateTime !== undefined) addDateTime(list, tiffText.dateTime);
  addResolution(list, tiffText);
  return list;
}
