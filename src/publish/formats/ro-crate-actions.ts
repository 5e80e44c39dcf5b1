import type { MicrographRecord } from '../../domain/record.ts';
import { fileIri, ref } from './crate-entities.ts';
import { type JsonObject, single } from './document.ts';
import { acquiredAt, hashIri, instrumentName, madeAt, techniqueOf } from './facts.ts';
import { labelsSentence, modelIri } from './labels.ts';

/** Entities of a record's crate that its actions name. */
export const SOFTWARE = '#software';
export const INSTRUMENT = '#instrument';

const DONE = 'http://schema.org/CompletedActionStatus';

/** An entity but for its `@id`. */
export type Action = JsonObject & { readonly id: string };

/** What was done: the picture taken, its record made, its labels given. */
export function actionsOf(record: MicrographRecord): Action[] {
  return [acquire(record), convert(record), ...classify(record)];
}

/** No CreateAction, for Process Run Crate wants software, not a microscope, as the instrument of each of these. */
function acquire(record: MicrographRecord): Action {
  const taken = acquiredAt(record);
  const { operator } = record.acquisition;
  const hasInstrument = instrumentName(record) !== undefined || record.instrument.id !== undefined;
  return {
    id: '#acquire',
    '@type': 'Action',
    name: techniqueOf(record) ?? 'Acquisition of the picture',
    ...(taken && { startTime: taken.time ?? taken.local }),
    ...(taken?.time === undefined && taken && { description: 'The time is local; its zone is not stated.' }),
    ...(hasInstrument && { instrument: ref(INSTRUMENT) }),
    ...(operator !== undefined && { agent: ref('#operator') }),
    result: ref(hashIri(record.source.sha256)),
  };
}

function convert(record: MicrographRecord): Action {
  const { started, ended } = madeAt(record);
  const { host } = record.provenance;
  const sidecars = record.artefacts.filter(({ role }) => role === 'sidecar');
  const made = record.artefacts.filter(({ role }) => role !== 'sidecar' && role !== 'ro-crate');
  return {
    id: '#convert',
    '@type': 'CreateAction',
    name: 'Conversion of the picture and its header into this record',
    description: `Decoding, reading of the header, JPEG and HDF5${host === undefined ? '' : `, on the computer ${host}`}`,
    instrument: ref(SOFTWARE),
    object: single([ref(hashIri(record.source.sha256)), ...sidecars.map(({ path }) => ref(fileIri(path)))]),
    result: [...made.map(({ path }) => ref(fileIri(path))), ref('record.json')],
    startTime: started,
    endTime: ended,
    actionStatus: DONE,
  };
}

/** Nothing where no network saw the picture. */
function classify(record: MicrographRecord): Action[] {
  const { model, labels } = record.classification;
  if (!model || labels.length === 0) return [];
  return [
    {
      id: '#classify',
      '@type': 'CreateAction',
      name: 'Classification of the picture by a neural network',
      description: labelsSentence(record),
      instrument: ref(SOFTWARE),
      object: [ref(hashIri(record.source.sha256)), ref(modelIri(model))],
      result: ref('record.json'),
      endTime: madeAt(record).ended,
      actionStatus: DONE,
    },
  ];
}
