import type { Interval } from './training-report.ts';

const SPLIT_TITLES: Readonly<Record<string, string>> = {
  'cross-validation': 'cross-validation by image',
  'leave-one-group-out': 'groups left out',
  test: 'test images',
};

/** A split in words for people. */
export function splitTitle(split: string): string {
  return SPLIT_TITLES[split] ?? split;
}

export function percent(share: number | undefined): string {
  return share === undefined ? 'none' : `${(share * 100).toFixed(1)} %`;
}

export function percentRange([low, high]: Interval): string {
  return `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} %`;
}

export function range([low, high]: Interval): string {
  return `${low.toFixed(2)} to ${high.toFixed(2)}`;
}

/** Images, as a mean over repeats: whole, or with one decimal where there are few. */
export function imageCount(n: number): string {
  return Number.isInteger(n) || n >= 10 ? String(Math.round(n)) : n.toFixed(1);
}
