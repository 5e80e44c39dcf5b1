import { describe, expect, it } from 'vitest';
import { dataciteOf } from '../../../../src/publish/formats/datacite.ts';
import { BARE, FULL, UNSURE } from '../../../builders/told-records.ts';

describe('DataCite', () => {
  it('has what people say: persons with ORCID, the licence by its SPDX name, keywords, the sample', () => {
    const { document, missing } = dataciteOf(FULL, { publisher: 'Lab 3' });
    expect(missing).toEqual(['publicationYear']);
    expect(document).toMatchObject({
      titles: [{ title: 'ZnO wires (wires ü 7.tif)' }],
      creators: [
        {
          name: 'Josiah Carberry',
          nameIdentifiers: [{ nameIdentifier: 'https://orcid.org/0000-0002-1825-0097' }],
          affiliation: [{ name: 'Brown University' }],
        },
        { name: 'Ada L.' },
      ],
      publisher: { name: 'Lab 3' },
      rightsList: [{ rights: 'cc-by-4.0', rightsIdentifier: 'cc-by-4.0', rightsIdentifierScheme: 'SPDX' }],
      contributors: [{ contributorType: 'DataCollector', name: 'R. Ohm' }],
      relatedIdentifiers: [{ relatedIdentifier: '10.60516/AU1101', relatedIdentifierType: 'IGSN' }],
      alternateIdentifiers: [{ alternateIdentifierType: 'SHA-256', alternateIdentifier: FULL.id }],
    });
    expect(document['dates']).toContainEqual({ dateType: 'Collected', date: '2024-06-04T17:25:49+02:00' });
  });

  it('shows model, decision and score with every label it has as a subject', () => {
    expect(dataciteOf(FULL).document['subjects']).toEqual([
      { subject: 'nanowires' },
      { subject: 'Solar cells' },
      { subject: 'Zn' },
      { subject: 'O' },
      {
        subject: 'Nanowires',
        subjectScheme: 'Label by model nffa-sem-small, version 1: suggested, score 0.565',
        schemeUri: `hash://sha256/${FULL.classification.model?.sha256}`,
      },
      expect.objectContaining({ subject: 'Fibres' }),
    ]);
  });

  it('has no label as a subject that a person must look at first, and tells of it all the same', () => {
    const { document } = dataciteOf(UNSURE);
    expect(document['subjects']).toEqual([]);
    expect(JSON.stringify(document['descriptions'])).toContain('Tips 0.300, Powder 0.200; decision: review');
  });

  it('says :unav for persons and publisher nobody states, and that there is no licence', () => {
    const { document, missing } = dataciteOf(BARE);
    expect(missing).toEqual(['creators', 'publisher', 'publicationYear', 'rightsList']);
    expect(document).toMatchObject({ creators: [{ name: ':unav' }], publisher: { name: ':unav' }, contributors: [] });
    expect(document['rightsList']).toEqual([{ rights: expect.stringContaining('No licence is stated') }]);
  });

  it('gives the day alone of a time whose zone nobody knows', () => {
    expect(dataciteOf(UNSURE).document['dates']).toContainEqual({
      dateType: 'Collected',
      date: '2019-03-31',
      dateInformation: '2019-03-31T02:30:00 on the clock of the microscope, whose zone is not stated',
    });
  });
});
