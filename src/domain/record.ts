import { z } from 'zod';
import { ContentHash } from './ids.ts';
import { Issue } from './issue.ts';
import { UserMetadata } from './user-metadata.ts';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const Trust = z.enum(['measured', 'derived', 'low', 'conflict']);
export type Trust = z.infer<typeof Trust>;

/**
 * One value of a vendor header: `raw` holds the very characters it was read from, `key` where they stood; `place` where
 * that is another header of the file than the one the record names.
 */
export const HeaderTerm = z.strictObject({
  term: z.string(),
  value: z.union([z.number(), z.string(), z.boolean()]),
  unit: z.string().optional(),
  raw: z.string(),
  key: z.string(),
  place: z.string().optional(),
  trust: Trust,
});
export type HeaderTerm = z.infer<typeof HeaderTerm>;

export const ImageFacts = z.strictObject({
  widthPx: z.int().positive(),
  heightPx: z.int().positive(),
  bitsPerSample: z.int().positive(),
  sampleFormat: z.enum(['uint', 'int', 'float']),
  samplesPerPixel: z.int().positive(),
  photometric: z.enum(['min-is-black', 'min-is-white', 'palette', 'rgb', 'ycbcr', 'other']),
  pages: z.int().positive(),
  dataBarHeightPx: z.int().positive().optional(),
  dataBarFrom: z.enum(['header', 'picture']).optional(),
});
export type ImageFacts = z.infer<typeof ImageFacts>;

export const Instrument = z.strictObject({
  id: z.string().optional(),
  vendor: z.string().optional(),
  model: z.string().optional(),
  serialNumber: z.string().optional(),
  softwareVersion: z.string().optional(),
  emitter: z.string().optional(),
});
export type Instrument = z.infer<typeof Instrument>;

const number = z.number().optional();
const text = z.string().optional();

/** SI units, as the names say; what the header does not state is absent. */
export const Acquisition = z.strictObject({
  accelerationVoltageV: number,
  landingEnergyEv: number,
  decelerationVoltageV: number,
  workingDistanceM: number,
  magnification: number,
  fieldWidthM: number,
  fieldHeightM: number,
  pixelSizeXM: number,
  pixelSizeYM: number,
  probeCurrentA: number,
  emissionCurrentA: number,
  specimenCurrentA: number,
  spotSize: number,
  apertureSizeM: number,
  dwellTimeS: number,
  frameTimeS: number,
  lineTimeS: number,
  frameAverage: number,
  scanRotationRad: number,
  stageXM: number,
  stageYM: number,
  stageZM: number,
  stageRotationRad: number,
  stageTiltRad: number,
  tiltCorrectionAngleRad: number,
  tiltCorrection: z.boolean().optional(),
  dynamicFocus: z.boolean().optional(),
  stigmatorX: number,
  stigmatorY: number,
  detectorBiasV: number,
  brightnessPercent: number,
  contrastPercent: number,
  chamberPressurePa: number,
  gunVacuumPa: number,
  specimenTemperatureK: number,
  beam: z.enum(['electron', 'ion', 'light']).optional(),
  detector: text,
  detectorMode: text,
  acquiredAt: text,
  timeZone: text,
  operator: text,
  sampleName: text,
});
export type Acquisition = z.infer<typeof Acquisition>;

export const Header = z.strictObject({
  vendor: z.string(),
  place: z.string(),
  encoding: z.string(),
  artefact: z.string().optional(),
  terms: z.array(HeaderTerm),
});
export type Header = z.infer<typeof Header>;

export const Label = z.strictObject({ label: z.string(), score: z.number().min(0).max(1), rank: z.int().positive() });
export type Label = z.infer<typeof Label>;

export const Decision = z.enum(['accepted', 'suggested', 'review', 'none']);
export type Decision = z.infer<typeof Decision>;

export const ModelRef = z.strictObject({ name: z.string(), version: z.string(), sha256: Sha256 });
export type ModelRef = z.infer<typeof ModelRef>;

/** Which vectors this one may be compared with: those of the same backbone after the same preprocessing. */
export const EmbeddingOrigin = z.strictObject({
  backboneSha256: Sha256,
  preprocessing: z.string(),
  dimensions: z.int().positive(),
});
export type EmbeddingOrigin = z.infer<typeof EmbeddingOrigin>;

/** What a person says that a picture shows; no model writes over it. `at` is UTC, ISO 8601. */
export const HumanLabel = z.strictObject({ label: z.string().min(1), by: text, at: z.string() });
export type HumanLabel = z.infer<typeof HumanLabel>;

/** An earlier answer about a picture; `until` is when another took its place, UTC, ISO 8601. */
export const PastClassification = z.strictObject({
  model: ModelRef.optional(),
  labels: z.array(Label),
  decision: Decision,
  human: HumanLabel.optional(),
  until: z.string(),
});
export type PastClassification = z.infer<typeof PastClassification>;

export const Classification = z.strictObject({
  model: ModelRef.optional(),
  embedding: EmbeddingOrigin.optional(),
  labels: z.array(Label),
  decision: Decision,
  reason: z.string(),
  /** Counts the answers there have been about this picture: 1, and one more with each that is in `history`. */
  revision: z.int().positive().optional(),
  human: HumanLabel.optional(),
  /** The oldest first. */
  history: z.array(PastClassification).optional(),
});
export type Classification = z.infer<typeof Classification>;

export const ArtefactRole = z.enum(['nexus', 'jpeg', 'header', 'sidecar', 'embedding', 'nffa-sem', 'ro-crate']);
export const Artefact = z.strictObject({
  role: ArtefactRole,
  path: z.string(),
  bytes: z.int().nonnegative(),
  sha256: Sha256,
  mediaType: z.string(),
});
export type Artefact = z.infer<typeof Artefact>;

export const SourceFile = z.strictObject({
  name: z.string(),
  path: z.string(),
  bytes: z.int().nonnegative(),
  sha256: ContentHash,
  aliases: z.array(z.strictObject({ name: z.string(), path: z.string() })),
  sidecars: z.array(z.strictObject({ name: z.string(), bytes: z.int().nonnegative(), sha256: Sha256 })),
});
export type SourceFile = z.infer<typeof SourceFile>;

export const Provenance = z.strictObject({
  software: z.string(),
  version: z.string(),
  harvestVersion: z.int().positive(),
  convertVersion: z.int().positive(),
  startedAt: z.string(),
  endedAt: z.string(),
  host: text,
});
export type Provenance = z.infer<typeof Provenance>;

/** `record.json`: everything published about one micrograph. */
export const MicrographRecord = z.strictObject({
  schemaVersion: z.int().positive(),
  id: ContentHash,
  revision: z.int().positive(),
  source: SourceFile,
  image: ImageFacts,
  instrument: Instrument,
  acquisition: Acquisition,
  header: Header.optional(),
  user: UserMetadata.optional(),
  /** What was taken out of this record, its header and its sidecars on demand, and stays out of later revisions. */
  erased: z.array(z.enum(['operator'])).optional(),
  classification: Classification,
  issues: z.array(Issue),
  artefacts: z.array(Artefact),
  provenance: Provenance,
});
export type MicrographRecord = z.infer<typeof MicrographRecord>;
