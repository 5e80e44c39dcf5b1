import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  backboneNames,
  findBackbone,
  readBackboneFile,
  writeBackboneFolder,
} from '../../../src/classify/backbone-folder.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const BYTES = Uint8Array.of(1, 2, 3);
const DESCRIPTOR = {
  name: 'tiny',
  file: 'backbone.onnx',
  preprocessing: 'squash299-aa-v1',
  inputSize: 299,
  embeddingLength: 4,
  source: { file: 'tiny.onnx', sha256: '0'.repeat(64) },
  guessed: [],
};

describe('the folder of a backbone', () => {
  it('is there whole, is found by name, and gives its file', async () => {
    const root = join(temporaryFolder(), 'backbones');
    const written = await writeBackboneFolder(root, DESCRIPTOR, BYTES);
    expect(readdirSync(root)).toEqual(['tiny']);
    const found = await findBackbone(root, 'tiny');
    expect(found).toEqual(written);
    expect(await readBackboneFile(found)).toEqual(Buffer.from(BYTES));
    expect(await backboneNames(root)).toEqual(['tiny']);
  });

  it('is never written over', async () => {
    const root = temporaryFolder();
    await writeBackboneFolder(root, DESCRIPTOR, BYTES);
    await expect(writeBackboneFolder(root, DESCRIPTOR, Uint8Array.of(9))).rejects.toThrow(/name is taken/);
    expect(readFileSync(join(root, 'tiny', 'backbone.onnx'))).toEqual(Buffer.from(BYTES));
  });

  it('does not give a file that was changed', async () => {
    const root = temporaryFolder();
    const found = await writeBackboneFolder(root, DESCRIPTOR, BYTES);
    writeFileSync(join(found.folder, 'backbone.onnx'), Uint8Array.of(1, 2));
    await expect(readBackboneFile(found)).rejects.toMatchObject({ code: 'classify/model' });
  });

  it.each(['..', 'a/b', '.hidden', ''])('is not named "%s"', async (name) => {
    const root = temporaryFolder();
    await expect(writeBackboneFolder(root, { ...DESCRIPTOR, name }, BYTES)).rejects.toThrow(/Naming a backbone/);
    await expect(findBackbone(root, name)).rejects.toThrow(/Naming a backbone/);
  });

  it('says which there are when there is none of a name; half-written ones are none', async () => {
    const root = temporaryFolder();
    await expect(findBackbone(root, 'other')).rejects.toThrow('Looking for the backbone other, found these: none.');
    await writeBackboneFolder(root, DESCRIPTOR, BYTES);
    mkdirSync(join(root, '.other.tmp-1-abc'));
    await expect(findBackbone(root, 'other')).rejects.toThrow('Looking for the backbone other, found these: tiny.');
  });

  it('is refused when its descriptor is damaged or of another preprocessing', async () => {
    const root = temporaryFolder();
    const { folder } = await writeBackboneFolder(root, { ...DESCRIPTOR, preprocessing: 'crop299-v1' }, BYTES);
    await expect(findBackbone(root, 'tiny')).rejects.toThrow(/expected the preprocessing squash299-aa-v1/);
    writeFileSync(join(folder, 'backbone.json'), '{}');
    await expect(findBackbone(root, 'tiny')).rejects.toThrow(/found faults/);
  });
});
