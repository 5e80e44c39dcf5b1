import type { Metrics } from '../classify/model-schema.ts';
import { EXIT_OK } from '../domain/states.ts';
import { type BenchResult, benchSubjects, listSubjects } from '../pipeline/bench-backbones.ts';
import { modelRoots } from '../pipeline/model-in-use.ts';
import { backbonesFolder } from '../pipeline/training-backbone.ts';
import { demoPictures } from '../pipeline/try-pictures.ts';
import { type Invocation, wholeNumber } from './invocation.ts';
import { loadSettings, places } from './settings.ts';
import { oneLine, table } from './table.ts';

const IMAGES = 64;

/** `semantiff model bench`: speed on this machine beside the accuracy that validation found, of all there is. */
export async function run(invocation: Invocation): Promise<number> {
  const { values, signal } = invocation;
  const images = wholeNumber(values, 'images', 1) ?? IMAGES;
  const { state } = places(await loadSettings(invocation));
  const subjects = await listSubjects(modelRoots(state), backbonesFolder(state));
  const results: BenchResult[] = [];
  for await (const result of benchSubjects(subjects, { images, files: await demoPictures(), signal })) {
    results.push(result);
    if (values['json'] === true) process.stdout.write(jsonLine(result));
  }
  if (values['json'] !== true) process.stdout.write(benchText(results));
  return EXIT_OK;
}

function jsonLine(result: BenchResult): string {
  const { backbone, metrics, ...facts } = result;
  const validations = metrics.map(({ split, n, top1, macroF1 }) => ({ split, n, top1, macroF1 }));
  return `${JSON.stringify({ ...facts, backbone: backbone?.name, backboneSha256: backbone?.sha256, validations })}\n`;
}

function benchText(results: readonly BenchResult[]): string {
  const rows = results.map((result) => {
    const { kind, name, version, backbone, inputSize, engine, picturesPerSecond, metrics } = result;
    return [
      kind,
      version === undefined ? name : `${name} ${version}`,
      backbone?.name ?? '',
      inputSize === undefined ? '' : String(inputSize),
      engine ?? '',
      picturesPerSecond === undefined ? '' : picturesPerSecond.toFixed(picturesPerSecond < 10 ? 1 : 0),
      ...['cross-validation', 'leave-one-group-out', 'test'].map((split) => accuracy(metrics, split)),
    ];
  });
  const columns = [
    { title: '' },
    { title: 'name', max: 40 },
    { title: 'backbone', max: 40 },
    { title: 'px', align: 'right' as const },
    { title: 'engine' },
    { title: 'pictures/s', align: 'right' as const },
    { title: 'cross-validated', align: 'right' as const },
    { title: 'unseen groups', align: 'right' as const },
    { title: 'test', align: 'right' as const },
  ];
  const faults = results.flatMap(({ name, fault }) =>
    fault === undefined ? [] : [`! ${oneLine(`${name}: ${fault}`)}`],
  );
  return [
    table(columns, rows),
    'pictures/s: the network alone in batches of 8, on one thread by onnx and tfjs-wasm; the median of five rounds.',
    'Accuracy: share of images whose first label was right, and how many were judged; each by the model that states it.',
    ...faults,
    '',
  ].join('\n');
}

function accuracy(metrics: readonly Metrics[], split: string): string {
  const found = metrics.find((one) => one.split === split);
  return found === undefined ? '' : `${found.top1.toFixed(3)} of ${found.n}`;
}
