import type { NexusWriter } from '../convert/hdf5.ts';
import type { NexusInput } from '../convert/nexus-input.ts';
import { type IngestError, isIngestError } from '../domain/errors.ts';
import { type Issue, issue } from '../domain/issue.ts';
import { decodeTiff } from '../raster/decode-tiff.ts';
import type { Picture } from '../raster/picture.ts';
import { plainBytes } from '../raster/samples.ts';
import type { Tiff } from '../raster/tiff-directory.ts';
import { type PagePlan, planPages } from '../raster/tiff-pages.ts';
import { PIXEL_SHARE } from './prepare-file.ts';
import type { WorkerSettings } from './protocol.ts';

/**
 * What all pages together may take of a worker's memory, decoded. The HDF5 file is held whole, beside the picture file and
 * what is left of the files before. Two stacks of 120 pages of 3 MiB, one after the other with one worker, came to 1.3 GiB at a
 * sixth, and at a twelfth to 1.1 GiB with a model.
 */
const PAGES_SHARE = 1 / 12;

interface Written {
  record: NexusInput['record'];
  nexus: Uint8Array;
}

interface Failure {
  page: number;
  reason: string;
}

/** Which further pages go into the file, and what keeps the others out. */
interface Choice {
  frames: number[];
  others: PagePlan['others'];
  bytes: { frames: number; others: number };
  leftOut: number;
  /** Of all pages behind the first, with the first frame a second time; and what is allowed for them. */
  neededBytes: number;
  allowedBytes: number;
}

/**
 * Adds the pages behind the first to the HDF5 file that `nexus` holds, as far as the worker's memory goes, and what
 * became of them to the record. The record of the first page stands whatever happens to the others.
 */
export async function addFurtherPages(
  tiff: Tiff | undefined,
  file: Uint8Array,
  settings: WorkerSettings,
  writer: NexusWriter,
  { input, nexus }: { input: NexusInput; nexus: Uint8Array },
): Promise<Written> {
  const { record } = input;
  if (tiff === undefined || tiff.pages.length === 1 || settings.pages === 'first') return { record, nexus };
  const plan = await planPages(tiff);
  const maxPixelBytes = settings.memoryMiB * 2 ** 20 * PIXEL_SHARE;
  const allowedBytes = settings.memoryMiB * 2 ** 20 * PAGES_SHARE - input.picture.plane.data.byteLength;
  const choice = choosePages(plan, allowedBytes);
  const failures: Failure[] = plan.unreadable.map(({ page, fault }) => ({ page, reason: reasonOf(fault) }));
  const bytes = plainBytes(file);
  const decode = async (page: number): Promise<Picture | undefined> => {
    try {
      return await decodeTiff(bytes, tiff, { page, maxPixelBytes });
    } catch (error) {
      if (!isIngestError(error)) throw error;
      failures.push({ page, reason: error.message });
      return undefined;
    }
  };
  const final = (more: Issue[] = []): NexusInput['record'] => ({
    ...record,
    issues: [...record.issues, ...pageIssues(tiff.pages.length, choice, failures), ...more],
  });
  try {
    const pages = { input, frames: choice.frames, others: choice.others, decode, record: () => final() };
    return { nexus: await writer.addPages(nexus, pages, choice.bytes), record: final() };
  } catch (error) {
    if (!isIngestError(error, 'convert/hdf5')) throw error;
    const message = `None of the ${tiff.pages.length - 1} pages behind the first is in the HDF5: ${error.message}`;
    const alone = { ...record, issues: [...record.issues, issue('pages-left-out', message)] };
    return { nexus: writer.write({ ...input, record: alone }), record: alone };
  }
}

function reasonOf(fault: IngestError | undefined): string {
  return fault?.message ?? 'its samples are of no depth and format that can be kept.';
}

/** Frames first, then the others in the order of the file, as long as there is room for them. */
export function choosePages(plan: PagePlan, allowedBytes: number): Choice {
  const fitting = Math.min(plan.frames.length, Math.floor(allowedBytes / Math.max(1, plan.frameBytes)));
  const frames = plan.frames.length > 1 && fitting > 1 ? plan.frames.slice(0, fitting) : [];
  const framesBytes = frames.length * plan.frameBytes;
  const others: PagePlan['others'] = [];
  let othersBytes = 0;
  for (const other of plan.others) {
    if (framesBytes + othersBytes + other.bytes > allowedBytes) continue;
    others.push(other);
    othersBytes += other.bytes;
  }
  const stackBytes = plan.frames.length > 1 ? plan.frames.length * plan.frameBytes : 0;
  return {
    frames,
    others,
    bytes: { frames: framesBytes, others: othersBytes },
    leftOut: plan.frames.length - Math.max(1, frames.length) + plan.others.length - others.length,
    neededBytes: stackBytes + plan.others.reduce((total, other) => total + other.bytes, 0),
    allowedBytes: Math.max(0, Math.floor(allowedBytes)),
  };
}

/** Pages, or their faults, that one sentence names. */
const MOST_NAMED = 8;

function listed(texts: readonly string[]): string {
  const rest = texts.length - MOST_NAMED;
  return [...texts.slice(0, MOST_NAMED), ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

function pageIssues(pages: number, choice: Choice, failures: readonly Failure[]): Issue[] {
  const failed = new Set(failures.map(({ page }) => page));
  const frames = choice.frames.filter((page) => !failed.has(page)).length;
  const others = choice.others.filter(({ page }) => !failed.has(page));
  const stack = frames > 0 ? `${frames} of one size and type are the frames of the stack` : 'none continues the first';
  const named = listed(others.map(({ page, what }) => `page ${page} (${what})`));
  const beside = others.length > 0 ? `; ${others.length} of another kind lie in /entry/attachments: ${named}` : '';
  const message = `Of ${pages} pages, counted from 0, the first became the record; ${stack}${beside}.`;
  const issues = [issue('more-pages', message, { pages, frames, others: others.length })];
  const { leftOut, neededBytes, allowedBytes } = choice;
  if (leftOut > 0) {
    const why = `decoded, the pages take ${neededBytes} bytes, and ${allowedBytes} are allowed`;
    const what = `${leftOut} of ${pages} pages are left out of the HDF5: ${why}.`;
    issues.push(issue('pages-left-out', what, { pages, leftOut, neededBytes, allowedBytes }));
  }
  if (failures.length > 0) {
    const reasons = listed(failures.map(({ page, reason }) => `page ${page}: ${reason}`));
    const what = `${failures.length} of ${pages} pages, counted from 0, cannot be decoded and are left out: ${reasons}`;
    issues.push(issue('page-unreadable', what, { pages, unreadable: failures.length }));
  }
  return issues;
}
