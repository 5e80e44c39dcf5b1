/**
 * The rules of the NFFA/NEP schema for SEM as far as our documents use it, after SEM/SEM_schema.json of
 * kit-data-manager/Metadata-Schemas-for-Materials-Science (commit 052721082c): which keys a group takes, which of them it
 * must have, which units a quantity may have.
 */
type Rule =
  | { kind: 'text'; pattern?: RegExp; oneOf?: readonly string[] }
  | { kind: 'number' }
  | { kind: 'boolean' }
  | { kind: 'list'; of: Rule }
  | { kind: 'group'; members: Readonly<Record<string, Rule>>; required: readonly string[] };

const text: Rule = { kind: 'text' };
const number: Rule = { kind: 'number' };
const boolean: Rule = { kind: 'boolean' };
const time: Rule = { kind: 'text', pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z?$/ };

function oneOf(...words: string[]): Rule {
  return { kind: 'text', oneOf: words };
}

function group(members: Readonly<Record<string, Rule>>, ...required: string[]): Rule {
  return { kind: 'group', members, required };
}

function quantity(...units: string[]): Rule {
  const unit = units.length === 0 ? text : oneOf(...units);
  return group({ value: number, unit, qualifier: text, notes: text }, 'value', 'unit');
}

const identifier = group({
  identifierValue: text,
  identifierType: oneOf('ROR', 'GRID', 'ISNI', 'URL', 'DOI', 'Handle'),
});
const pressure = quantity('Pa', 'hPa', 'kPa', 'MPa', 'GPa', 'mbar', 'bar', 'psi');
const voltage = quantity('µV', 'mV', 'V', 'kV', 'MV');
const current = quantity('pA', 'nA', 'µA', 'mA', 'A');
const length = quantity('fm', 'pm', 'nm', 'µm', 'mm', 'cm', 'm');
const angle = quantity('degree', 'radian');
const duration = quantity('ps', 'ns', 'µs', 'ms', 's', 'min', 'hr');
const energy = quantity('meV', 'eV', 'keV', 'MeV', 'nJ', 'mJ', 'µJ', 'J', 'kJ', 'MJ');

const source = group(
  {
    sourceName: text,
    accelerationVoltage: voltage,
    beamCurrent: current,
    highCurrent: boolean,
    gunVacuum: pressure,
    gunPressure: pressure,
  },
  'accelerationVoltage',
);
const coordinates = group(
  { xValue: number, yValue: number, zValue: number, coordinatesUnit: oneOf('nm', 'µm', 'mm', 'cm', 'm') },
  'xValue',
  'coordinatesUnit',
);
const stage = group(
  {
    coordinates,
    stageTiltAngle: angle,
    preTilt: angle,
    tiltCorrectionAngle: angle,
    tiltCorrectionType: text,
    eBeamWorkingDistance: length,
  },
  'eBeamWorkingDistance',
  'stageTiltAngle',
);
const imaging = group(
  {
    numberOfPixels: group({ xPixels: number, yPixels: number }, 'xPixels', 'yPixels'),
    pixelSize: group({ xPixelSize: quantity(), yPixelSize: quantity(), zPixelSize: quantity() }, 'xPixelSize'),
    collectionMethod: text,
    dynamicFocus: boolean,
    apertureSetting: group({ size: length, current }),
    dwellTime: duration,
    cycleTime: duration,
    noiseReduction: oneOf('Pixel Avg', 'Line Avg', 'Frame Avg', 'Pixel Int', 'Line Int', 'Frame Int'),
  },
  'numberOfPixels',
  'pixelSize',
);
const detector = group({ detectorType: text, detectorName: text, detectorBias: voltage }, 'detectorName');
const fib = group(
  { iBeamSource: source, FIBExtractor: voltage, FIBProbe: text, iBeamWorkingDistance: length },
  'iBeamSource',
  'FIBExtractor',
  'FIBProbe',
);
const instrument = group(
  {
    instrumentName: text,
    instrumentID: identifier,
    instrumentManufacturer: group({ manufacturerName: text, modelName: text, manufacturerID: identifier }),
    chamberPressure: pressure,
    eBeamSource: source,
    stage,
    imaging,
    detectors: group({ signalMixingDone: boolean, detector1: detector, detector2: detector }, 'detector1'),
    eBeamDeceleration: group({ landingEnergy: energy, stageBias: voltage }),
    FIB: fib,
  },
  'chamberPressure',
  'detectors',
  'eBeamSource',
  'imaging',
  'instrumentName',
  'stage',
);
const PURPOSES = [
  'assessment (to given categories or values)',
  'completeness check (presence or absence of given properties)',
  'correlative characterization (dedicated sample treatment to emphasise given features)',
  'exploratory (routine check of known properties)',
  'feasibility (quick check, rough estimate)',
  'high quality measurement (precise, careful treatment)',
  'test specific hypothesis (focus only on given aspects)',
  'other (please specify in the comment)',
];
const parent = group(
  {
    parentType: oneOf('not applicable', 'sample'),
    parentReferenceType: oneOf('plain text', 'external URL', 'MetaStore URI'),
    // RFC 3986: what may stand in a URI reference without a scheme.
    parentReference: { kind: 'text', pattern: /^(?:[\w.~!$&'()*+,;=@/?#-]|%[0-9A-F]{2})+$/ },
  },
  'parentType',
);
const ENTRY = group(
  {
    technique: text,
    measurementPurpose: oneOf(...PURPOSES),
    measurementDescription: text,
    parents: { kind: 'list', of: parent },
    entryID: identifier,
    title: text,
    startTime: time,
    endTime: time,
    program: group({ programName: text, programVersion: text }),
    user: group({ userName: text, givenName: text, familyName: text, email: text }, 'userName'),
    instrument,
  },
  'title',
  'technique',
  'parents',
  'measurementPurpose',
  'endTime',
  'program',
  'user',
  'instrument',
);

function faultsOfGroup(value: object, rule: Rule & { kind: 'group' }, path: string): string[] {
  const missing = rule.required.filter((key) => !Object.hasOwn(value, key)).map((key) => `${path}.${key} is missing`);
  const others = Object.entries(value).flatMap(([key, member]) => {
    const known = Object.hasOwn(rule.members, key) ? rule.members[key] : undefined;
    return known === undefined ? [`${path}.${key} is not in the schema`] : faultsAt(member, known, `${path}.${key}`);
  });
  return [...missing, ...others];
}

function faultsAt(value: unknown, rule: Rule, path: string): string[] {
  if (rule.kind === 'list') {
    if (!Array.isArray(value) || value.length === 0) return [`${path} is no list of at least one`];
    return value.flatMap((item, index) => faultsAt(item, rule.of, `${path}[${index}]`));
  }
  if (rule.kind === 'group') {
    return typeof value === 'object' && value !== null ? faultsOfGroup(value, rule, path) : [`${path} is no group`];
  }
  if (rule.kind === 'number') return Number.isFinite(value) ? [] : [`${path} is ${String(value)}, no number`];
  if (rule.kind === 'boolean') return typeof value === 'boolean' ? [] : [`${path} is no boolean`];
  if (typeof value !== 'string' || value === '') return [`${path} is no text`];
  const fits = (rule.oneOf?.includes(value) ?? true) && (rule.pattern?.test(value) ?? true);
  return fits ? [] : [`${path} cannot be "${value}"`];
}

/** What is wrong with a document, one sentence each, in the order of its keys. */
export function nffaSemFaults(document: unknown): string[] {
  const { entry } = document as { entry: { parents?: Record<string, string>[] } };
  const unreferenced = (entry.parents ?? [])
    .filter((one) => one['parentType'] === 'sample' && one['parentReference'] === undefined)
    .map(() => 'entry.parents: a sample without a reference');
  return [...faultsAt(entry, ENTRY, 'entry'), ...unreferenced];
}
