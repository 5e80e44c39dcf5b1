import { type Issue, issue } from '../domain/issue.ts';
import { usesColour } from './display.ts';
import { findLettering } from './find-lettering.ts';
import { fineStructure } from './fine-structure.ts';
import { type LevelStatistics, levelStatistics } from './level-statistics.ts';
import type { Picture } from './picture.ts';
import { unscannedRows } from './scan-rest.ts';
import type { PictureView } from './view-picture.ts';

/** Chosen on the even half of the sample pictures and checked on the odd one: docs/quality.md has the rates. */
export const QUALITY_LIMITS = {
  /** Grey levels of 255 between the first and the 99th percentile, at most, of a picture that shows nothing. */
  noContrastLevels: 2,
  /** Shares of the pixels at the ends of the stored range. Dark grounds are common, white ones are not. */
  white: 0.05,
  black: 0.3,
  /** Standard deviation of the noise as a share of the span of grey levels; pure noise has 0.21. */
  noiseShare: 0.125,
  /** Noise by that of the next coarser scale; fine texture has less. */
  noiseWhiteness: 1.5,
  /** Detail of 2 pixels by detail of 8 pixels. */
  sharpness: 0.03,
} as const;

/** What makes a picture of little use, each as an issue with its number and limit, and whether it shows anything. */
export interface PictureQuality {
  issues: Issue[];
  hasContrast: boolean;
}

/**
 * Looks at the rows above the data bar, on bounded samples of large pictures. `hasColour`: the picture shows some, be it
 * in the data bar alone.
 */
export function assessQuality(picture: Picture, view: PictureView, hasColour: boolean): PictureQuality {
  const levels = levelStatistics(picture, view.area);
  const { noContrastLevels } = QUALITY_LIMITS;
  if (levels.span <= noContrastLevels) {
    const message = `The picture has no contrast: 98 % of its pixels lie within ${levels.span} of 255 grey levels, ${noContrastLevels} or fewer.`;
    return {
      issues: [issue('no-contrast', message, { span: levels.span, limit: noContrastLevels })],
      hasContrast: false,
    };
  }
  return {
    issues: [
      ...saturationIssues(levels),
      ...detailIssues(view, levels.span),
      ...scanIssues(view),
      ...annotationIssues(picture, view, hasColour),
    ],
    hasContrast: true,
  };
}

function saturationIssues({ black, white }: LevelStatistics): Issue[] {
  const isWhite = white >= QUALITY_LIMITS.white;
  if (!isWhite && black < QUALITY_LIMITS.black) return [];
  const [end, share, limit] = isWhite
    ? (['bright', white, QUALITY_LIMITS.white] as const)
    : (['dark', black, QUALITY_LIMITS.black] as const);
  const message = `The picture is saturated: ${percent(share)} of its pixels are at the ${end} end of the stored range, ${percent(limit)} or more.`;
  return [issue('saturated', message, { end, share: rounded(share), limit })];
}

function detailIssues({ area }: PictureView, span: number): Issue[] {
  const detail = fineStructure(area);
  if (detail === undefined) return [];
  const { noiseShare, noiseWhiteness, sharpness } = QUALITY_LIMITS;
  const noise = detail.noiseSigma / span;
  if (noise >= noiseShare && detail.noiseWhiteness >= noiseWhiteness) {
    const message = `The picture is very noisy: the noise has a standard deviation of ${percent(noise)} of the span of grey levels, ${percent(noiseShare)} or more.`;
    return [issue('noisy', message, { noise: rounded(noise), limit: noiseShare })];
  }
  if (detail.sharpness === undefined || detail.sharpness >= sharpness) return [];
  const message = `The picture may be out of focus: detail 2 pixels wide has ${percent(detail.sharpness)} of the strength of detail 8 pixels wide, less than ${percent(sharpness)}.`;
  return [issue('out-of-focus', message, { sharpness: rounded(detail.sharpness), limit: sharpness })];
}

function scanIssues({ area }: PictureView): Issue[] {
  const rows = unscannedRows(area);
  if (rows === 0) return [];
  const message = `The scan was interrupted: the last ${rows} of ${area.heightPx} rows are constant.`;
  return [issue('scan-interrupted', message, { rows, ofRows: area.heightPx })];
}

function annotationIssues(picture: Picture, { area, bar }: PictureView, hasColour: boolean): Issue[] {
  const reasons: string[] = [];
  const data: Record<string, number> = {};
  if (bar !== undefined && bar.rowsBelowPx > 0) {
    reasons.push(`a strip with text lies over the picture, which goes on for ${bar.rowsBelowPx} rows beneath it`);
    data['rowsBelowPx'] = bar.rowsBelowPx;
  }
  const strokes = findLettering(area);
  if (strokes !== undefined) {
    reasons.push(`lettering without a strip, ${rounded(strokes)} strokes a row, stands in its lowest quarter`);
    data['strokesPerRow'] = rounded(strokes);
  }
  const shown = picture.plane.data.subarray(0, area.widthPx * area.heightPx);
  if (hasColour && picture.palette !== undefined && usesColour(shown, picture.palette)) {
    reasons.push('coloured entries of its palette are used');
  }
  if (reasons.length === 0) return [];
  return [issue('annotation', `Something was drawn into the picture: ${reasons.join('; ')}.`, data)];
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function percent(share: number): string {
  return `${rounded(100 * share)} %`;
}
