import { describe, expect, it } from 'vitest';
import { Acquisition, Instrument } from '../../../src/domain/record.ts';
import type { TermDefinition } from '../../../src/domain/terms.ts';
import { TERMS, termDefinition, termUnit } from '../../../src/domain/terms.ts';

const DEFINITIONS: readonly TermDefinition[] = Object.values(TERMS);

describe('the term table', () => {
  it('fills every field of the record that a header can state exactly once', () => {
    const fromConfig = new Set(['timeZone', 'id']);
    const filled = DEFINITIONS.flatMap(({ acquisition, instrument }) => [acquisition ?? [], instrument ?? []].flat());
    const fields = [...Object.keys(Acquisition.shape), ...Object.keys(Instrument.shape)];
    expect(filled.toSorted()).toEqual(fields.filter((field) => !fromConfig.has(field)).toSorted());
  });

  it('stores a term in the unit that the name of its field ends with', () => {
    const suffixes: Record<string, string> = {
      V: 'V',
      Ev: 'eV',
      M: 'm',
      A: 'A',
      S: 's',
      Rad: 'rad',
      Pa: 'Pa',
      K: 'K',
      Percent: '%',
    };
    for (const definition of DEFINITIONS) {
      const suffix = /(V|Ev|M|A|S|Rad|Pa|K|Percent)$/.exec(definition.acquisition ?? '')?.[1] ?? '';
      const unit = definition.kind === 'number' ? undefined : suffixes[suffix];
      if (definition.acquisition !== undefined) expect(termUnit(definition), definition.acquisition).toBe(unit);
    }
  });

  it('knows no term by the name of a property that every object has', () => {
    expect(termDefinition('constructor')).toBeUndefined();
    expect(termDefinition('stage_tilt')).toMatchObject({ acquisition: 'stageTiltRad' });
  });
});
