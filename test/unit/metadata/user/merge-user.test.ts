import { describe, expect, it } from 'vitest';
import type { UserMetadata } from '../../../../src/domain/user-metadata.ts';
import { contextText, mergeUser, userContext } from '../../../../src/metadata/user/merge-user.ts';

const file = (path: string, metadata: UserMetadata, faults: { place: string; message: string }[] = []) => ({
  path,
  reading: { metadata, faults },
});

describe('what several files say together', () => {
  it('is, field by field, what the deepest says, with the keywords of all', () => {
    const inbox: UserMetadata = {
      project: 'P',
      licence: 'CC0-1.0',
      sample: { name: 'upper', physicalForm: 'bulk', identifier: { value: '1', type: 'IGSN' } },
      creators: [{ name: 'A' }],
      keywords: ['SEM', 'Körner'],
    };
    const deeper: UserMetadata = {
      licence: 'CC-BY-4.0',
      sample: { name: 'deeper', identifier: { value: '2', type: 'DOI' } },
      creators: [{ orcid: '0000-0002-1825-0097' }],
      keywords: ['sem', 'Körner'.normalize('NFD'), 'wires'],
    };
    expect(mergeUser([inbox, deeper])).toEqual({
      project: 'P',
      licence: 'CC-BY-4.0',
      sample: { name: 'deeper', physicalForm: 'bulk', identifier: { value: '2', type: 'DOI' } },
      creators: [{ orcid: '0000-0002-1825-0097' }],
      keywords: ['SEM', 'Körner', 'wires'],
    });
    expect(mergeUser([])).toBeUndefined();
    expect(mergeUser([{}, {}])).toBeUndefined();
  });

  it('names the file of each fault by its path below the inbox', () => {
    const { issues } = userContext([
      file('a/semantiff.yml', {}, [{ place: 'licence', message: 'expected x, found y' }]),
    ]);
    expect(issues).toEqual([
      {
        code: 'user-metadata-invalid',
        severity: 'warning',
        message: 'a/semantiff.yml, licence: expected x, found y.',
        file: 'a/semantiff.yml',
        place: 'licence',
      },
    ]);
  });

  it('has one text, whatever the order of its keys and the files it came from', () => {
    const one = userContext([file('semantiff.yml', { project: 'P', sample: { name: 'n', physicalForm: 'bulk' } })]);
    const two = userContext([
      file('semantiff.yml', { sample: { physicalForm: 'bulk', name: 'x' } }),
      file('a/semantiff.yml', { sample: { name: 'n' }, project: 'P' }),
    ]);
    expect(contextText(two)).toBe(contextText(one));
    expect(contextText(userContext([file('semantiff.yml', { project: 'Q' })]))).not.toBe(contextText(one));
    expect(contextText(userContext([]))).toBe('');
    expect(contextText(userContext([file('semantiff.yml', {})]))).toBe('');
  });
});
