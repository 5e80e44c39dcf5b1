import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeOnnxModel, type OnnxGraph } from '../../src/train/onnx-graph.ts';
import { temporaryFolder } from './temporary-folder.ts';

const DIMENSIONS = 4;
/** Words of one subject have one direction; the words of no subject have none. */
const SUBJECTS: readonly (readonly string[])[] = [
  ['spider', 'silk', 'cobweb'],
  ['steel', 'alloy', 'metal'],
  ['pollen', 'flower', 'plant'],
];
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];

interface TinySentenceModel {
  output?: 'last_hidden_state' | 'sentence_embedding' | 'logits';
  inputs?: readonly string[];
  settings?: object;
}

/** A sentence model of one table of words, in a folder of its own. */
export function tinySentenceModel({ output, inputs, settings }: TinySentenceModel = {}): string {
  const folder = temporaryFolder();
  const vocabulary = [...SPECIAL, ...SUBJECTS.flat()];
  writeFileSync(join(folder, 'model.onnx'), encodeOnnxModel(graph(vocabulary, output, inputs)));
  writeFileSync(join(folder, 'vocab.txt'), `${vocabulary.join('\n')}\n`);
  if (settings !== undefined) writeFileSync(join(folder, 'sentence-model.json'), JSON.stringify(settings));
  return folder;
}

function graph(
  vocabulary: readonly string[],
  output = 'last_hidden_state',
  inputs: readonly string[] = ['input_ids', 'attention_mask'],
): OnnxGraph {
  const table = vocabulary.flatMap((word) => SUBJECTS.map((words) => Number(words.includes(word))).concat(0));
  const pooled = output === 'sentence_embedding';
  return {
    name: 'tiny',
    inputs: inputs.map((name) => ({ name, type: 'int64', shape: ['batch', 'tokens'] })),
    outputs: [
      { name: output, type: 'float32', shape: pooled ? ['batch', DIMENSIONS] : ['batch', 'tokens', DIMENSIONS] },
    ],
    constants: [{ name: 'table', shape: [vocabulary.length, DIMENSIONS], data: Float32Array.from(table) }],
    nodes: pooled
      ? [
          { op: 'Gather', inputs: ['table', 'input_ids'], outputs: ['words'] },
          { op: 'ReduceMean', inputs: ['words'], outputs: [output], attributes: { axes: [1], keepdims: 0 } },
        ]
      : [{ op: 'Gather', inputs: ['table', inputs[0] ?? ''], outputs: [output] }],
  };
}
