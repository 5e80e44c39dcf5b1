import type { HeaderTerm, MicrographRecord } from '../domain/record.ts';
import { controlSoftware } from './nexus-instrument.ts';

type Draft = Omit<MicrographRecord, 'artefacts'>;

/** JSON as JSON.stringify takes it: what is undefined is left out. */
type Tree = { [key: string]: Tree | readonly Tree[] | string | number | boolean | undefined };

/** A number with its unit, as the schema's "...Details" types have it. */
interface Quantity extends Tree {
  value: number;
  unit: string;
  notes?: string;
}

/** When the picture was taken: ISO 8601 with an offset from UTC, as resolveTimes gives it. */
export interface NffaTimes {
  startTime: string;
  endTime: string;
}

/** What the schema demands below `entry`, where our source may be silent: then the path is listed as missing. */
const REQUIRED = [
  'instrument.chamberPressure',
  'instrument.eBeamSource.accelerationVoltage',
  'instrument.stage.stageTiltAngle',
  'instrument.stage.eBeamWorkingDistance',
  'instrument.imaging.pixelSize.xPixelSize',
] as const;
const REQUIRED_OF_FIB = ['iBeamSource.accelerationVoltage', 'FIBExtractor', 'FIBProbe'] as const;

/** Required texts that nothing states. A required number is left out instead: none may be made up. */
const UNKNOWN = 'unknown';

/**
 * The record as a document of the NFFA-Europe / NEP schema for SEM metadata, as JSON text
 * (kit-data-manager/Metadata-Schemas-for-Materials-Science, SEM/SEM_schema.json, commit 052721082c). All units are SI and
 * all times UTC, for the schema's pattern refuses an offset. `entry` takes no keys of others, so what we add stands beside
 * it: `missing`, the paths of required values that the header does not state, and `classification`. The operator appears
 * only if `record` has one.
 */
export function nffaSemJson(record: Draft, times: NffaTimes): string {
  const entry = entryOf(record, times);
  const missing = missingPaths(entry);
  return JSON.stringify({
    entry,
    ...(missing.length > 0 && { missing }),
    ...answerOf(record.classification),
  });
}

/** A document of {@link nffaSemJson} with another answer about the picture in the place of its own. */
export function relabelledNffa(json: string, classification: Draft['classification']): string {
  const { classification: _, ...document } = JSON.parse(json) as Record<string, unknown>;
  return JSON.stringify({ ...document, ...answerOf(classification) });
}

function answerOf(classification: Draft['classification']): object {
  return classification.labels.length > 0 || classification.human ? { classification } : {};
}

function missingPaths(entry: Tree): string[] {
  const fib = at(entry, 'instrument.FIB') === undefined ? [] : REQUIRED_OF_FIB.map((path) => `instrument.FIB.${path}`);
  return [...REQUIRED, ...fib].filter((path) => at(entry, path) === undefined).map((path) => `entry.${path}`);
}

function at(tree: Tree, path: string): unknown {
  return path.split('.').reduce<unknown>((node, key) => (node as Tree | undefined)?.[key], tree);
}

function entryOf(record: Draft, times: NffaTimes): Tree {
  const { source, acquisition, provenance, instrument } = record;
  const { software, version } = provenance;
  const name = controlSoftware(instrument.vendor, instrument.softwareVersion);
  return {
    technique: techniqueOf(acquisition.beam),
    measurementPurpose: 'other (please specify in the comment)',
    measurementDescription: `The header states no purpose. Made by ${software} ${version} from ${source.name}.`,
    parents: [parentOf(acquisition.sampleName)],
    entryID: { identifierValue: `sha256:${source.sha256}` },
    title: source.name,
    startTime: utc(times.startTime),
    endTime: utc(times.endTime),
    program: { programName: name === UNKNOWN ? undefined : name, programVersion: instrument.softwareVersion },
    user: { userName: acquisition.operator ?? UNKNOWN },
    instrument: instrumentOf(record),
  };
}

function techniqueOf(beam: Draft['acquisition']['beam']): string {
  if (beam === 'ion') return 'Scanning ion microscopy';
  return beam === 'light' ? 'Optical microscopy with a navigation camera' : 'Scanning electron microscopy';
}

function utc(time: string): string {
  return new Date(time).toISOString();
}

/** The schema wants a reference in URI form, even of plain text. */
function parentOf(sampleName: string | undefined): Tree {
  if (sampleName === undefined) return { parentType: 'not applicable' };
  // encodeURIComponent throws at half a surrogate pair.
  const reference = encodeURIComponent(sampleName.replaceAll(/[\ud800-\udfff]/gu, '\ufffd'));
  return { parentType: 'sample', parentReferenceType: 'plain text', parentReference: reference };
}

/** Undefined for a group of which nothing is known: the schema refuses groups without their required members. */
function group(members: Tree): Tree | undefined {
  return Object.values(members).some((member) => member !== undefined) ? members : undefined;
}

type Quantify = (term: string, value: number | undefined, unit: string) => Quantity | undefined;

function instrumentOf(record: Draft): Tree {
  const { instrument, acquisition } = record;
  const terms = new Map(record.header?.terms.map((term) => [term.term, term]));
  const quantify: Quantify = (term, value, unit) => {
    if (value === undefined) return undefined;
    const notes = noteOn(terms.get(term));
    return notes === undefined ? { value, unit } : { value, unit, notes };
  };
  const ion = acquisition.beam === 'ion';
  return {
    instrumentName: instrument.id ?? instrument.model ?? UNKNOWN,
    instrumentID: group({ identifierValue: instrument.serialNumber }),
    instrumentManufacturer: group({ manufacturerName: instrument.vendor, modelName: instrument.model }),
    chamberPressure: quantify('chamber_pressure', acquisition.chamberPressurePa, 'Pa'),
    eBeamSource: ion ? undefined : sourceOf(record, quantify),
    stage: stageOf(acquisition, terms, quantify),
    imaging: imagingOf(record, terms, quantify),
    detectors: {
      detector1: {
        detectorType: acquisition.detectorMode,
        detectorName: acquisition.detector ?? UNKNOWN,
        detectorBias: quantify('detector_bias', acquisition.detectorBiasV, 'V'),
      },
    },
    eBeamDeceleration: group({
      landingEnergy: quantify('landing_energy', acquisition.landingEnergyEv, 'eV'),
      stageBias: quantify('deceleration_voltage', acquisition.decelerationVoltageV, 'V'),
    }),
    FIB: ion
      ? group({
          iBeamSource: sourceOf(record, quantify),
          iBeamWorkingDistance: quantify('working_distance', acquisition.workingDistanceM, 'm'),
        })
      : undefined,
  };
}

/** Where a value is not simply what the header says: how far it can be trusted, and where it comes from. */
function noteOn(term: HeaderTerm | undefined): string | undefined {
  return term === undefined || term.trust === 'measured' ? undefined : `trust: ${term.trust}; from ${term.key}`;
}

function sourceOf({ instrument, acquisition }: Draft, quantify: Quantify): Tree | undefined {
  return group({
    sourceName: instrument.emitter,
    accelerationVoltage: quantify('acceleration_voltage', acquisition.accelerationVoltageV, 'V'),
    beamCurrent: quantify('probe_current', acquisition.probeCurrentA, 'A'),
    gunVacuum: quantify('gun_vacuum', acquisition.gunVacuumPa, 'Pa'),
  });
}

function stageOf(
  acquisition: Draft['acquisition'],
  terms: ReadonlyMap<string, HeaderTerm>,
  quantify: Quantify,
): Tree | undefined {
  const { stageXM, stageYM, stageZM, beam } = acquisition;
  const distance = beam === 'ion' ? undefined : acquisition.workingDistanceM;
  return group({
    // Without an x the schema takes no coordinates.
    coordinates:
      stageXM === undefined ? undefined : { xValue: stageXM, yValue: stageYM, zValue: stageZM, coordinatesUnit: 'm' },
    stageTiltAngle: quantify('stage_tilt', acquisition.stageTiltRad, 'radian'),
    preTilt: quantify('pre_tilt', numberIn(terms, 'pre_tilt'), 'radian'),
    tiltCorrectionAngle: quantify('tilt_correction_angle', acquisition.tiltCorrectionAngleRad, 'radian'),
    tiltCorrectionType: acquisition.tiltCorrection === false ? 'none' : undefined,
    eBeamWorkingDistance: quantify('working_distance', distance, 'm'),
  });
}

function numberIn(terms: ReadonlyMap<string, HeaderTerm>, name: string): number | undefined {
  const value = terms.get(name)?.value;
  return typeof value === 'number' ? value : undefined;
}

function imagingOf({ acquisition, image }: Draft, terms: ReadonlyMap<string, HeaderTerm>, quantify: Quantify): Tree {
  const { pixelSizeXM, pixelSizeYM, apertureSizeM } = acquisition;
  const size = quantify('aperture_size', apertureSizeM, 'm');
  return {
    numberOfPixels: { xPixels: image.widthPx, yPixels: image.heightPx - (image.dataBarHeightPx ?? 0) },
    pixelSize: group({
      xPixelSize: quantify('pixel_size_x', pixelSizeXM, 'm'),
      // "Given only if it is different", says the schema.
      yPixelSize: pixelSizeYM === pixelSizeXM ? undefined : quantify('pixel_size_y', pixelSizeYM, 'm'),
    }),
    dynamicFocus: acquisition.dynamicFocus,
    apertureSetting: size && { size },
    dwellTime: quantify('dwell_time', acquisition.dwellTimeS, 's'),
    cycleTime: quantify('frame_time', acquisition.frameTimeS, 's'),
    noiseReduction: noiseReduction(acquisition, terms),
  };
}

const NOISE_WORDS = /^(pixel|line|frame) ?(av|int)/i;

/** One of the schema's six words: as SmartSEM writes them, else from the number of frames. */
function noiseReduction(
  { frameAverage = 1 }: Draft['acquisition'],
  terms: ReadonlyMap<string, HeaderTerm>,
): string | undefined {
  const stated = terms.get('noise_reduction')?.value;
  const [, what, how] = NOISE_WORDS.exec(typeof stated === 'string' ? stated : '') ?? [];
  if (what !== undefined && how !== undefined) {
    return `${what.charAt(0).toUpperCase()}${what.slice(1).toLowerCase()} ${how.toLowerCase() === 'av' ? 'Avg' : 'Int'}`;
  }
  if (frameAverage > 1) return 'Frame Avg';
  return (numberIn(terms, 'frame_integration') ?? 1) > 1 ? 'Frame Int' : undefined;
}
