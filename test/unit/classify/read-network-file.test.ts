import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNetworkFile } from '../../../src/classify/read-network-file.ts';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { tinyBackbone } from '../../builders/tiny-backbone.ts';
import { tinyTfjsGraph, writeTfjs } from '../../builders/tiny-tfjs.ts';

const MODEL = tinyTfjsGraph(4, 3);

describe('the file of a network', () => {
  it('may be ONNX, by whatever name, held against its hash', async () => {
    const file = join(temporaryFolder(), 'network.bin');
    const bytes = tinyBackbone(4, 3).model;
    writeFileSync(file, bytes);
    const sha256 = sha256Hex(bytes);
    const read = await readNetworkFile(file, sha256.toUpperCase());
    expect(read).toEqual({ file: 'network.bin', sha256, content: { format: 'onnx', bytes } });
    await expect(readNetworkFile(file, '0'.repeat(64))).rejects.toThrow(
      /expected the SHA-256 0{64}, found [0-9a-f]{64}/,
    );
  });

  it('may be model.json of TensorFlow.js with its weights beside it, or their folder', async () => {
    const folder = writeTfjs(temporaryFolder(), MODEL, 3);
    const read = await readNetworkFile(folder);
    expect(read.content).toMatchObject({
      format: 'tfjs',
      model: { format: 'graph-model', weightSpecs: MODEL.weightSpecs },
    });
    expect(read.content).toEqual((await readNetworkFile(join(folder, 'model.json'), read.sha256)).content);
    const { content } = read;
    if (content.format === 'tfjs') expect(Buffer.from(content.model.weightData)).toEqual(Buffer.from(MODEL.weightData));
  });

  it.each(['../secret.bin', 'a/../../secret.bin', 'link/secret.bin'])('takes no weights from %s', async (path) => {
    const root = temporaryFolder();
    const outside = join(root, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret.bin'), Buffer.from(MODEL.weightData));
    writeFileSync(join(root, 'secret.bin'), Buffer.from(MODEL.weightData));
    const folder = writeTfjs(join(root, 'model'), MODEL, 1, [path]);
    mkdirSync(join(folder, 'a'));
    // A junction needs no right on Windows.
    symlinkSync(outside, join(folder, 'link'), 'junction');
    await expect(readNetworkFile(folder)).rejects.toThrow(/expected weights in the folder of model.json/);
  });

  it.each<[string, string]>([
    ['no JSON', '{ "modelTopology": '],
    ['another JSON', '{ "version": "1.2.3" }'],
    ['a topology without weights', '{ "modelTopology": { "node": [] } }'],
    ['weights without paths', '{ "modelTopology": {}, "weightsManifest": [{ "weights": [] }] }'],
    [
      'weights that are not there',
      '{ "modelTopology": {}, "weightsManifest": [{ "paths": ["a.bin"], "weights": [] }] }',
    ],
  ])('is refused when model.json is %s', async (_, json) => {
    const file = join(temporaryFolder(), 'model.json');
    writeFileSync(file, json);
    await expect(readNetworkFile(file)).rejects.toMatchObject({ code: 'classify/model' });
  });

  it('is refused when it is not there or is a folder of something else', async () => {
    await expect(readNetworkFile(join(temporaryFolder(), 'none.onnx'))).rejects.toMatchObject({
      code: 'classify/model',
    });
    await expect(readNetworkFile(temporaryFolder())).rejects.toThrow(/Reading model.json/);
  });
});
