import type { Acquisition, Label, MicrographRecord } from '../domain/record.ts';
import { LABEL_FLOOR } from './evidence.ts';
import { meaningOf, type Taxonomy } from './taxonomy.ts';
import type { TextPart } from './text-embedder.ts';

/** Raise when the same record gets another description; part of the vectors' space. */
export const DESCRIPTION_VERSION = 1;

/**
 * Shares of a record's direction. The labels share 1 by their scores (M. Norouzi et al., Zero-shot learning by convex
 * combination of semantic embeddings, ICLR 2014); what people wrote tells as much; file names are half chance. Choices.
 */
const SUBJECT_WEIGHT = 1;
const NAME_WEIGHT = 0.5;
const HEADER_WEIGHT = 0.15;

/** Words of file and folder names that tell nothing of what is shown. */
const NAME_NOISE = new Set(
  'bmp copy data default final image images img jpg jpeg micrograph new old png pic picture sample sem test tif tiff untitled'.split(
    ' ',
  ),
);

/** What of a record is described. */
export type DescribedRecord = Pick<MicrographRecord, 'acquisition' | 'user' | 'classification' | 'source'>;

/** The text of a record for searches by meaning, in parts with their weights. Pure. Nothing that concerns a person. */
export function describeRecord(record: DescribedRecord, taxonomy: Taxonomy): TextPart[] {
  const { acquisition, user, classification, source } = record;
  const subject = [
    acquisition.sampleName,
    user?.sample?.name,
    user?.sample?.physicalForm,
    user?.project,
    ...(user?.keywords ?? []),
  ];
  return [
    ...describeLabels(labelsToDescribe(classification), taxonomy),
    { text: subject.filter((part) => part !== undefined).join(' '), weight: SUBJECT_WEIGHT },
    { text: nameWords(source.path), weight: NAME_WEIGHT },
    { text: settingsInWords(acquisition).join(' '), weight: HEADER_WEIGHT },
  ].filter(({ text }) => text !== '');
}

/** Where a person says what is shown, what a model took it for would only lead away. */
function labelsToDescribe({ labels, human }: MicrographRecord['classification']): Label[] {
  return human === undefined ? labels : [{ label: human.label, score: 1, rank: 1 }];
}

/** One part a label that is more than noise: what it means, weighted by its score. */
export function describeLabels(labels: readonly Label[], taxonomy: Taxonomy): TextPart[] {
  return labels
    .filter(({ score }) => score >= LABEL_FLOOR)
    .map(({ label, score }) => ({ text: meaningOf(label, taxonomy), weight: score }));
}

/** The telling words of a path. */
export function nameWords(path: string): string {
  return path
    .replace(/\.[^./]{1,5}$/, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1 && !NAME_NOISE.has(word.toLowerCase()))
    .join(' ');
}

/** Below it people speak of low-voltage microscopy: J. Goldstein et al., Scanning Electron Microscopy, 4th ed. 2018, ch. 11. */
const LOW_VOLTAGE_V = 5000;
/** Variable-pressure instruments work from about 1 Pa on: same book, ch. 12. */
const LOW_VACUUM_PA = 1;
/** From here on a tilt is meant and no rest of an alignment. A choice. */
const TILTED_RAD = (5 * Math.PI) / 180;
/** Finer pixels are called high magnification, coarser than the other bound an overview. Choices. */
const HIGH_MAGNIFICATION_M = 5e-9;
const OVERVIEW_M = 1e-6;

/** Settings as people speak of them; those that are neither nor are left out. */
function settingsInWords(acquisition: Acquisition): string[] {
  const {
    accelerationVoltageV: voltage,
    chamberPressurePa: pressure,
    stageTiltRad: tilt,
    pixelSizeXM: pixel,
  } = acquisition;
  const detector = `${acquisition.detector ?? ''} ${acquisition.detectorMode ?? ''}`;
  const said: [boolean, string][] = [
    [voltage !== undefined && voltage <= LOW_VOLTAGE_V, 'low voltage'],
    [pressure !== undefined && pressure >= LOW_VACUUM_PA, 'low vacuum'],
    [tilt !== undefined && Math.abs(tilt) >= TILTED_RAD, 'tilted'],
    [pixel !== undefined && pixel <= HIGH_MAGNIFICATION_M, 'high magnification'],
    [pixel !== undefined && pixel >= OVERVIEW_M, 'overview'],
    [/\b(?:a?bsd?|bse[a-z]*|[acq]bs[a-z]*|rbs[a-z]*|yag)\b|backscatter/i.test(detector), 'backscattered electrons'],
    [/transmi|\bstem\b/i.test(detector), 'transmitted electrons'],
    [acquisition.beam === 'ion', 'ion beam'],
    [acquisition.beam === 'light', 'light camera'],
  ];
  return said.flatMap(([is, words]) => (is ? [words] : []));
}
