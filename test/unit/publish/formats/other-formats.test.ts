import { describe, expect, it } from 'vitest';
import { nomadOf } from '../../../../src/publish/formats/nomad.ts';
import { provOf } from '../../../../src/publish/formats/prov.ts';
import { schemaOrgOf } from '../../../../src/publish/formats/schema-org.ts';
import { scicatOf } from '../../../../src/publish/formats/scicat.ts';
import { idOf } from '../../../builders/micrograph-record.ts';
import { BARE, FULL, UNSURE } from '../../../builders/told-records.ts';

describe('PROV', () => {
  it('names files by their SHA-256 and says what each came from', () => {
    const { document } = provOf(FULL);
    expect(document).toMatchObject({
      entity: { [`sha256:${FULL.id}`]: { 'schema:name': 'wires ü 7.tif' } },
      activity: { 'record:acquire': { 'prov:startTime': '2024-06-04T17:25:49+02:00' } },
      agent: { 'record:operator': { 'schema:name': 'R. Ohm' }, 'orcid:0000-0002-1825-0097': {} },
      wasGeneratedBy: { '_:made1': { 'prov:entity': `sha256:${FULL.id}`, 'prov:activity': 'record:acquire' } },
    });
    const generated = Object.values(document['wasGeneratedBy'] ?? {}).map((one) => one['prov:entity']);
    expect(generated).not.toContain(`sha256:${idOf('wires ü 7.txt')}`);
    expect(JSON.stringify(document['entity'])).toContain('Nanowires (score 0.565)');
  });

  it('says nothing of a classification that did not happen, nor of people nobody names', () => {
    const { document, missing } = provOf(BARE);
    expect(Object.keys(document['activity'] ?? {})).toEqual(['record:acquire', 'record:convert']);
    expect(Object.keys(document['agent'] ?? {})).toEqual(['record:software']);
    expect(missing).toEqual(['prov:startTime of the acquisition', 'wasAttributedTo']);
  });

  it('keeps a local time local', () => {
    expect(provOf(UNSURE).document['activity']).toMatchObject({
      'record:acquire': { 'prov:startTime': '2019-03-31T02:30:00' },
    });
  });
});

describe('schema.org', () => {
  it('has values with units and terms, zero too, and says which are in doubt', () => {
    const variables = schemaOrgOf(FULL).document['variableMeasured'];
    expect(variables).toContainEqual({
      '@type': 'PropertyValue',
      name: 'acceleration_voltage',
      value: 5000,
      unitText: 'V',
      propertyID: 'https://purls.helmholtz-metadaten.de/emg/EMG_00000004',
    });
    expect(variables).toContainEqual({ '@type': 'PropertyValue', name: 'stage_tilt', value: 0, unitText: 'rad' });
    expect(variables).toContainEqual(
      expect.objectContaining({ name: 'pixel_size_x', description: 'Trust in this value: conflict' }),
    );
  });

  it('links files below the place that the site states, by SHA-256', () => {
    const { document } = schemaOrgOf(FULL, { repoRoot: 'https://data.example.org/sem/' });
    expect(document['distribution']).toContainEqual(
      expect.objectContaining({
        contentUrl: `https://data.example.org/sem/records/${FULL.id.slice(0, 2)}/${FULL.id.slice(2, 4)}/${FULL.id}/wires%20%C3%BC%207.h5`,
        sha256: idOf('wires ü 7.h5'),
      }),
    );
  });

  it('says that there is no licence, and lists what is not stated', () => {
    const { document, missing } = schemaOrgOf(BARE);
    expect(document).not.toHaveProperty('license');
    expect(document['conditionsOfAccess']).toContain('No licence is stated');
    expect(missing).toEqual(['creator', 'license', 'publisher']);
  });
});

describe('SciCat', () => {
  it('has flat values with units that SciCat reads, and no SI twins', () => {
    const { dataset } = scicatOf(FULL).document as { dataset: Record<string, Record<string, unknown>> };
    const metadata = dataset['scientificMetadata'] ?? {};
    expect(metadata).toMatchObject({
      acceleration_voltage: { value: 5000, unit: 'V' },
      stage_tilt: { value: 0, unit: 'rad' },
      brightness_percent: { value: 49.3, unit: '' },
      label_1: { value: 'Nanowires', unit: '' },
      label_1_score: { value: 0.565, unit: '' },
      label_decision: { value: 'suggested', unit: '' },
    });
    const units = Object.values(metadata).map((entry) => (entry as { unit: string }).unit);
    expect(new Set(units)).toEqual(new Set(['V', 'm', 'rad', '']));
    expect(JSON.stringify(metadata)).not.toContain('SI"');
  });

  it('leaves out what the site must state, and takes it from there', () => {
    expect(scicatOf(BARE).missing).toEqual([
      'owner',
      'ownerGroup',
      'contactEmail',
      'principalInvestigator',
      'creationLocation',
      'sourceFolder',
      'license',
    ]);
    const site = {
      ownerGroup: 'sem',
      principalInvestigator: 'P. I.',
      creationLocation: '/lab/sem',
      repoRoot: '/data/',
    };
    const { document, missing } = scicatOf(FULL, site);
    expect(missing).toEqual([]);
    expect(document['dataset']).toMatchObject({
      owner: 'Josiah Carberry; Ada L.',
      ownerGroup: 'sem',
      sourceFolder: expect.stringMatching(/^\/data\/records\//),
    });
    expect(document['origDatablock']).toMatchObject({
      chkAlg: 'sha256',
      dataFileList: [{ chk: idOf('wires ü 7.h5') }, {}, {}],
    });
  });

  it('gives no start time where the zone is unknown, for SciCat would take it for its own', () => {
    const { document } = scicatOf(UNSURE);
    expect(document['dataset']).not.toHaveProperty('startTime');
    expect(JSON.stringify(document)).toContain('"acquired_at_local":{"value":"2019-03-31T02:30:00"');
  });
});

describe('NOMAD', () => {
  it('puts the HDF5 under a name that its NeXus parser takes, beside an entry of the notebook', () => {
    const { nexus, archive, metadata } = nomadOf(FULL);
    expect(nexus).toEqual({ from: 'wires ü 7.h5', to: 'wires ü 7.nxs' });
    expect(archive).toMatchObject({
      name: 'wires ü 7.archive.json',
      missing: [],
      document: {
        data: {
          m_def: 'nomad.datamodel.metainfo.eln.ELNMeasurement',
          lab_id: FULL.id,
          datetime: '2024-06-04T17:25:49+02:00',
          samples: [{ name: 'ZnO wires', lab_id: '10.60516/AU1101' }],
        },
      },
    });
    expect(archive.document['data']).toMatchObject({
      tags: expect.arrayContaining(['Fibres (suggested, score 0.147)']),
    });
    expect(metadata).toMatchObject({ name: 'nomad.json', document: { comment: expect.stringContaining('cc-by-4.0') } });
  });

  it('says what is not stated, and gives no time without a zone', () => {
    expect(nomadOf(UNSURE).archive.missing).toEqual(['datetime', 'licence', 'creators']);
    expect(nomadOf(UNSURE).archive.document['data']).not.toHaveProperty('datetime');
  });
});

it('no format names an absolute path, a host or an operator that the record does not hold', () => {
  const all = [provOf, schemaOrgOf, scicatOf].map((format) => format(BARE).document);
  const text = JSON.stringify([...all, nomadOf(BARE)]);
  expect(text).not.toMatch(/operator|"host"|file:\/|"\/(home|tmp|data)/);
});
