import { describe, expect, it } from 'vitest';
import { harvest } from '../../../src/metadata/harvest.ts';
import type { HarvestInput } from '../../../src/metadata/harvest-types.ts';
import { latin1, tagInput } from './harvest-input.ts';

const FEI =
  '[Beam]\nHV=5000\nBeam=EBeam\nScan=EScan\n[EBeam]\nHV=5000\nWD=0.0051\n[Stage]\nStageX=0\n[User]\nUser=anna\n';

function both(sidecar: string): HarvestInput {
  const sidecars = [{ name: 'picture.txt', bytes: latin1(`[SemImageFile]\n${sidecar}`) }];
  return { ...tagInput(34682, FEI), sidecars };
}

describe('two headers of one picture', () => {
  it('complete each other, and each value says where it stands', () => {
    const { header, acquisition, usedSidecars, rawHeader, otherHeaders } = harvest(
      both('SampleName=gold\nMagnification=1200\n'),
    );
    expect(header).toMatchObject({ vendor: 'FEI', place: 'tiff:34682' });
    expect(acquisition).toMatchObject({ accelerationVoltageV: 5000, sampleName: 'gold', magnification: 1200 });
    const places = new Map(header?.terms.map(({ term, place }) => [term, place]));
    expect([places.get('acceleration_voltage'), places.get('sample_name')]).toEqual([undefined, 'sidecar:picture.txt']);
    expect(usedSidecars).toEqual(['picture.txt']);
    expect(rawHeader?.place).toBe('tiff:34682');
    expect(otherHeaders?.map(({ place }) => place)).toEqual(['sidecar:picture.txt']);
  });

  it('agree where they round differently', () => {
    const { header, issues } = harvest(
      both('AcceleratingVoltage=5.0 kV\nWorkingDistance=5.1 mm\nStagePositionX=0.4\n'),
    );
    expect(issues.map(({ code }) => code)).not.toContain('header-conflict');
    expect(header?.terms.find(({ term }) => term === 'working_distance')?.trust).toBe('measured');
  });

  it('leave the more trusted number standing where they differ, and say both', () => {
    const { header, acquisition, issues } = harvest(both('AcceleratingVoltage=15000 Volt\n'));
    expect(acquisition.accelerationVoltageV).toBe(5000);
    expect(header?.terms.find(({ term }) => term === 'acceleration_voltage')?.trust).toBe('conflict');
    const conflict = issues.find(({ code }) => code === 'header-conflict');
    expect(conflict).toMatchObject({ kept: '5000', other: '15000', place: 'sidecar:picture.txt' });
    expect(conflict?.message).toMatch(/5000 V.*AcceleratingVoltage.*15000 V/);
  });

  it('name every operator, so that none is published by the second header', () => {
    const { operators } = harvest(both('UserName=bernd\n'));
    expect(operators?.map(({ raw }) => raw)).toEqual(['anna', 'bernd']);
  });
});
