import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import type { Replacements } from '../../../builders/header-xml.ts';
import { atlasXml } from '../../../builders/header-xml.ts';
import { tagInput } from '../harvest-input.ts';

const IMAGE = { widthPx: 1000, heightPx: 800 };

function atlas(...replacements: Replacements) {
  return harvest(tagInput(51023, `${atlasXml(...replacements)}\0`, { image: IMAGE }));
}

function termsOf(result: ReturnType<typeof atlas>) {
  return new Map(result.header?.terms.map((term) => [term.term, term]));
}

describe('the Atlas header', () => {
  it('becomes SI values', () => {
    const result = atlas();
    expect(result.issues).toEqual([]);
    expect(result.header).toMatchObject({ vendor: 'Zeiss', place: 'tiff:51023', encoding: 'latin-1' });
    expect(result.instrument).toEqual({ vendor: 'Zeiss', model: 'LAB-AURIGA', softwareVersion: 'AtlasEngine v5.0' });
    expect(result.acquisition).toEqual({
      beam: 'electron',
      accelerationVoltageV: 5000,
      workingDistanceM: 0.005_044_278_223_067_52,
      fieldWidthM: 4.57e-5,
      fieldHeightM: 3.656e-5,
      pixelSizeXM: 4.57e-8,
      pixelSizeYM: 4.57e-8,
      emissionCurrentA: 2.484e-4,
      apertureSizeM: 3e-5,
      dwellTimeS: 1e-6,
      scanRotationRad: Math.PI / 2,
      stageXM: -0.058_728_280_504_248_7,
      stageYM: -0.075_551_532_419_572_9,
      stageZM: 0.041_893_665,
      stageTiltRad: Math.PI / 2,
      stageRotationRad: Math.PI,
      tiltCorrectionAngleRad: (-36 * Math.PI) / 180,
      stigmatorX: -0.055,
      stigmatorY: 0.0025,
      contrastPercent: 27.9,
      brightnessPercent: 48.9,
      detector: 'InLens',
      acquiredAt: '2017-04-20T11:52:36',
    });
  });

  it('says how far each value can be trusted', () => {
    const terms = termsOf(atlas());
    expect(terms.get('working_distance')).toMatchObject({ raw: '0.00504427822306752', trust: 'derived' });
    expect(terms.get('acceleration_voltage')).toMatchObject({ raw: '5.0 kV', key: 'Image/Aperture', trust: 'derived' });
    expect(terms.get('aperture_size')).toMatchObject({ raw: '30 µm', trust: 'derived' });
    expect(terms.get('pixel_size_x')).toMatchObject({ raw: '0.0457', key: 'Scan/Ux', trust: 'derived' });
    expect(terms.get('pixel_size_y')).toMatchObject({ raw: '-0.0457', key: 'Scan/Vy', trust: 'derived' });
    expect(terms.get('field_of_view_x')).toMatchObject({ raw: '45.7', trust: 'measured' });
    expect(terms.get('instrument_model')?.trust).toBe('low');
    expect(terms.get('acquired_at')?.raw).toBe('2017-04-20T11:52:36.078+02:00');
  });

  it('reads the unit whose µ the program lost, with low trust', () => {
    const terms = termsOf(atlas());
    expect(terms.get('emission_current')).toMatchObject({
      value: 2.484e-4,
      raw: '248.4 ?A',
      key: 'BeamInfo/item[Ext I]',
      trust: 'low',
    });
    expect(terms.get('filament_current')).toMatchObject({ raw: '2.297 A', trust: 'measured' });
    const aperture = termsOf(atlas(['30 µm', '30 ?m']));
    expect(aperture.get('aperture_size')).toMatchObject({ value: 3e-5, raw: '30 ?m', trust: 'low' });
    const other = atlas(['248.4 ?A', '248.4 ??']);
    expect(other.issues).toMatchObject([{ code: 'header-value-unreadable', raw: '248.4 ??' }]);
  });

  it.each([
    ['5 kV | 700 pA', 5000, 7e-10],
    ['30kV:1.5nA fine', 30_000, 1.5e-9],
    ['0.75 kV | 20 µm', 750, undefined],
    ['[2] high current', undefined, undefined],
  ])('takes voltage and current out of the aperture "%s"', (aperture, voltage, current) => {
    const { acquisition, issues } = atlas(['[1] 30 µm [HC] (5.0 kV)', aperture]);
    expect(acquisition.accelerationVoltageV).toBe(voltage);
    expect(acquisition.probeCurrentA).toBe(current);
    expect(issues).toEqual([]);
  });

  it('prefers what the microscope itself said to the name of the aperture', () => {
    const items = '<item name="AccV">30000</item><item name="BeamI">1.3275146484375</item>';
    const result = atlas(['<BeamInfo>', `<BeamInfo>${items}`], ['(5.0 kV)', '(5.0 kV, 9 pA)']);
    expect(result.acquisition).toMatchObject({ accelerationVoltageV: 30_000, probeCurrentA: 1.327_514_648_437_5e-12 });
    const collector = '<DetectorInfo><item name="Collector">=500.0 V</item></DetectorInfo></Fibics>';
    expect(atlas(['</Fibics>', collector]).acquisition.detectorBiasV).toBe(500);
  });

  it('takes the length of the step where the scan is turned', () => {
    const { acquisition, issues } = atlas(
      ['<Ux>0.0457</Ux><Uy>0</Uy>', '<Ux>0.0274</Ux><Uy>0.0365</Uy>'],
      ['<Vx>0</Vx><Vy>-0.0457</Vy>', '<Vx>0.0365</Vx><Vy>-0.0274</Vy>'],
    );
    expect(acquisition.pixelSizeXM).toBeCloseTo(4.564e-8, 11);
    expect(acquisition.pixelSizeYM).toBeCloseTo(4.564e-8, 11);
    expect(issues).toEqual([]);
  });

  it('derives the pixel from the field where there is no step, or none of a length', () => {
    for (const step of ['', '<Ux>0</Ux><Uy>0</Uy>', '<Ux>wide</Ux><Uy>0</Uy>']) {
      const terms = termsOf(atlas(['<Ux>0.0457</Ux><Uy>0</Uy>', step]));
      expect(terms.get('pixel_size_x'), step).toMatchObject({
        value: 4.57e-5 / 1000,
        key: 'Scan/FOV_X / 1000 px',
        trust: 'derived',
      });
    }
  });

  it('flags a copy that was made smaller and kept its header', () => {
    const { issues } = harvest(tagInput(51023, atlasXml(), { image: { widthPx: 500, heightPx: 400 } }));
    expect(issues.map(({ code }) => code)).toContain('pixel-size-conflict');
  });

  it('tells ion beams', () => {
    for (const beam of ['FIB', 'HIM']) {
      const { acquisition, issues } = atlas(['<Beam>SEM', `<Beam>${beam}`]);
      expect(acquisition.beam).toBe('ion');
      expect(issues.map(({ code }) => code)).toEqual(['ion-beam']);
    }
  });

  it('keeps names with a dot and named items in its tree', () => {
    const { sections } = atlas();
    expect(new Map(sections?.get('Image')).get('Image/BoundingBox.Left')).toBe('0');
    expect(new Map(sections?.get('BeamInfo')).get('BeamInfo/item@name')).toBe('Ext I');
    expect(new Map(sections?.get('BeamInfo')).get('BeamInfo/item[2]')).toBe('=  2.297 A');
  });

  it("that is another program's or breaks off becomes an issue", () => {
    const other = harvest(tagInput(51023, '<a><!-- <Fibics> --></a>'));
    expect(other.issues[0]?.message).toContain('the root is <a> and not <Fibics>');
    const torn = harvest(tagInput(51023, atlasXml().slice(0, 900)));
    expect(torn.issues[0]).toMatchObject({ code: 'header-unreadable', place: 'tiff:51023', vendor: 'Zeiss' });
    expect(torn.rawHeader?.place).toBe('tiff:51023');
  });
});
