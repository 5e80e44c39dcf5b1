import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NexusWriter, openNexusWriter } from '../../../src/convert/hdf5.ts';
import type { NexusInput } from '../../../src/convert/nexus-input.ts';
import { loadNexusTemplate } from '../../../src/convert/nexus-template.ts';
import { sharedDir } from '../../shared-folder.ts';
import { FIVE_LABELS, FULL_ACQUISITION, fullInput, gradient, NO_LABELS, nexusInput } from './nexus-inputs.ts';

const run = promisify(execFile);
const PIXELS = 64 * 48;

interface Case {
  what: string;
  input: NexusInput;
  options: string[];
}

const CASES: Case[] = [
  { what: 'a record with everything', input: fullInput(), options: ['--labels'] },
  { what: 'a record with nothing but pixels', input: nexusInput(), options: ['--uncalibrated'] },
  {
    what: '16-bit pixels and a pixel size in one direction only',
    input: nexusInput({
      data: gradient(new Uint16Array(PIXELS)),
      acquisition: { pixelSizeXM: 1e-9, detector: 'InLens', stageTiltRad: 0.1, emissionCurrentA: 1e-5 },
      classification: FIVE_LABELS,
    }),
    options: ['--labels'],
  },
  {
    what: 'floating-point pixels without a pixel size',
    input: nexusInput({
      data: gradient(new Float32Array(PIXELS)),
      image: { sampleFormat: 'float' },
      classification: FIVE_LABELS,
    }),
    options: ['--labels', '--uncalibrated'],
  },
  {
    what: 'a true-colour picture with a data bar',
    input: nexusInput({
      image: { samplesPerPixel: 3, photometric: 'rgb', dataBarHeightPx: 4, dataBarFrom: 'header' },
      picture: { colour: { widthPx: 64, heightPx: 48, data: gradient(new Uint8Array(PIXELS * 3)) } },
      acquisition: { pixelSizeXM: 1e-9, pixelSizeYM: 1e-9 },
      name: 'annotated.PNG',
    }),
    options: [],
  },
  {
    what: 'an ion beam picture',
    input: nexusInput({
      acquisition: { ...FULL_ACQUISITION, beam: 'ion', detector: 'ICE' },
      classification: FIVE_LABELS,
      instrument: { vendor: 'FEI', model: 'Helios', emitter: 'FEG' },
    }),
    options: ['--labels'],
  },
  {
    what: 'a navigation camera picture of signed 64-bit values',
    input: nexusInput({
      data: gradient(new BigInt64Array(PIXELS)),
      image: { sampleFormat: 'int' },
      acquisition: { ...FULL_ACQUISITION, beam: 'light', detector: 'Nav-Cam' },
      classification: NO_LABELS,
    }),
    options: [],
  },
];

describe.skipIf(sharedDir() === undefined)('independent readers and the NXem validator', () => {
  let folder = '';
  let writer: NexusWriter;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'semantiff-nexus-'));
    writer = await openNexusWriter(await loadNexusTemplate(), {
      location: 'Lab 3',
    });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(CASES)('accept $what', async ({ what, input, options }) => {
    const file = join(folder, `${what}.h5`);
    // The third file of a layout is made another way than the first: on a skeleton.
    const [first] = [writer.write(input), writer.write(input)];
    const third = writer.write(input);
    expect(third.length).toBeGreaterThan(0.9 * first.length);
    await writeFile(file, third);
    const command = join(sharedDir() ?? '', 'checks/check-record');
    const { stdout } = await run(command, [file, '--no-local-paths', ...options]).catch(
      (failed: { stdout: string }) => failed,
    );
    expect(stdout.split('\n').filter((line) => line !== '' && !line.startsWith('ok'))).toEqual([]);
    expect(stdout).toContain('pynxtools validates NXem');
  });
});
