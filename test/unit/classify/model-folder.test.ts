import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeHead } from '../../../src/classify/head.ts';
import { findModel, loadModelFolder, readBackbone } from '../../../src/classify/model-folder.ts';
import type { ModelManifest } from '../../../src/classify/model-schema.ts';
import { encodeNeighbours } from '../../../src/classify/neighbours.ts';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import { modelManifest } from '../../builders/model-manifest.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const HEAD = encodeHead({
  classes: 3,
  dim: 4,
  weights: new Float32Array(12),
  bias: new Float32Array(3),
  mean: new Float32Array(4),
  scale: new Float32Array(4).fill(1),
});
const NEIGHBOURS = encodeNeighbours({ count: 2, dim: 4, vectors: new Float32Array(8) });
const BACKBONE = Uint8Array.of(1, 2, 3);

function writeModel(root: string, version: string, changes: Partial<ModelManifest> = {}): string {
  const folder = join(root, 'tiny', version);
  const manifest = modelManifest({
    version,
    backbone: { name: 'tiny', file: 'backbone.onnx', sha256: sha256Hex(BACKBONE) },
    head: { file: 'head.bin', sha256: sha256Hex(HEAD) },
    neighbours: { file: 'neighbours.bin', sha256: sha256Hex(NEIGHBOURS), count: 2, below: 0.3 },
    ...changes,
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'head.bin'), HEAD);
  writeFileSync(join(folder, 'neighbours.bin'), NEIGHBOURS);
  writeFileSync(join(folder, 'backbone.onnx'), BACKBONE);
  return folder;
}

describe('a model folder', () => {
  it('is named by the SHA-256 of its model.json', async () => {
    const folder = writeModel(temporaryFolder(), '1');
    const model = await loadModelFolder(folder);
    const sha256 = sha256Hex(readFileSync(join(folder, 'model.json')));
    expect(model).toMatchObject({ sha256, ref: { name: 'tiny', version: '1', sha256 } });
    expect(await readBackbone(model)).toEqual(Buffer.from(BACKBONE));
  });

  it.each(['head.bin', 'neighbours.bin'])('is refused when %s was changed', async (file) => {
    const folder = writeModel(temporaryFolder(), '1');
    const bytes = readFileSync(join(folder, file));
    bytes[0] = 0xff;
    writeFileSync(join(folder, file), bytes);
    await expect(loadModelFolder(folder)).rejects.toMatchObject({
      code: 'classify/model',
      message: expect.stringContaining(`${file} in`),
    });
  });

  it('does not give a backbone that was changed', async () => {
    const folder = writeModel(temporaryFolder(), '1');
    writeFileSync(join(folder, 'backbone.onnx'), Uint8Array.of(1, 2));
    await expect(readBackbone(await loadModelFolder(folder))).rejects.toMatchObject({ code: 'classify/model' });
  });

  it('is refused when it was made for another preprocessing', async () => {
    const folder = writeModel(temporaryFolder(), '1', { preprocessing: 'crop299-v1' });
    await expect(loadModelFolder(folder)).rejects.toThrow(
      /expected the preprocessing squash224-aa-v1 .* found crop299-v1/,
    );
  });

  it('may have an input of another size, which its preprocessing names', async () => {
    const folder = writeModel(temporaryFolder(), '1', { preprocessing: 'squash299-aa-v1', inputSize: 299 });
    expect((await loadModelFolder(folder)).manifest.inputSize).toBe(299);
  });

  it.each([
    ['squash299-aa-v1', 224],
    ['squash224-aa-v2', 224],
    ['squash31-aa-v1', 31],
    ['squash1025-aa-v1', 1025],
  ])('is refused with the preprocessing %s of %i px', async (preprocessing, inputSize) => {
    const folder = writeModel(temporaryFolder(), '1', { preprocessing, inputSize });
    await expect(loadModelFolder(folder)).rejects.toMatchObject({ code: 'classify/model' });
  });

  it('is refused when model.json names a file outside of it', async () => {
    const folder = writeModel(temporaryFolder(), '1', { head: { file: '../head.bin', sha256: sha256Hex(HEAD) } });
    await expect(loadModelFolder(folder)).rejects.toMatchObject({ code: 'classify/model' });
  });

  it('is refused when model.json is missing or no JSON', async () => {
    const folder = temporaryFolder();
    await expect(loadModelFolder(folder)).rejects.toMatchObject({ code: 'classify/model' });
    writeFileSync(join(folder, 'model.json'), '{');
    await expect(loadModelFolder(folder)).rejects.toMatchObject({ code: 'classify/model' });
  });
});

describe('finding a model', () => {
  it('takes the newest version of all roots, numbers compared as numbers', async () => {
    const [user, shipped] = [temporaryFolder(), temporaryFolder()];
    for (const version of ['2', '9']) writeModel(user, version);
    writeModel(shipped, '10');
    expect((await findModel('tiny', undefined, [user, shipped])).ref.version).toBe('10');
  });

  it('takes the version that is asked for from the first root that has it', async () => {
    const [user, shipped] = [temporaryFolder(), temporaryFolder()];
    cpSync(writeModel(user, '1'), join(shipped, 'tiny', '1'), { recursive: true });
    expect((await findModel('tiny', '1', [user, shipped])).folder).toBe(join(user, 'tiny', '1'));
  });

  it('passes over a folder that a training is still writing', async () => {
    const root = temporaryFolder();
    writeModel(root, '1');
    mkdirSync(join(root, 'tiny', '.2.tmp-1-abc'));
    expect((await findModel('tiny', undefined, [root])).ref.version).toBe('1');
  });

  it('says which versions there are when there is no such model', async () => {
    const root = temporaryFolder();
    writeModel(root, '1');
    await expect(findModel('tiny', '3', [root])).rejects.toThrow(
      'Looking for the model tiny 3, found these versions of it: 1.',
    );
    await expect(findModel('../tiny', undefined, [root])).rejects.toMatchObject({ code: 'classify/model' });
  });
});
