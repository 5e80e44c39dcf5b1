import { loadModelFolder, type ModelFolder } from '../classify/model-folder.ts';
import type { Metrics } from '../classify/model-schema.ts';
import { listModels, type StoredModel } from '../classify/model-store.ts';
import { errorMessage } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { modelInUse, modelRoots, userModels } from '../pipeline/model-in-use.ts';
import type { Invocation } from './invocation.ts';
import { loadSettings, places } from './settings.ts';
import { oneLine, table } from './table.ts';

/** `semantiff model list`: every model there is, and which is in use. */
export async function run(invocation: Invocation): Promise<number> {
  const settings = await loadSettings(invocation);
  const { state } = places(settings);
  const inUse = await modelInUse(settings.config, state).catch((error: unknown) => ({ fault: errorMessage(error) }));
  const rows: Row[] = [];
  for (const stored of await listModels(modelRoots(state))) {
    const isUsers = stored.folder.startsWith(userModels(state));
    rows.push({ ...stored, isUsers, ...(await read(stored)) });
  }
  const current = 'model' in inUse ? inUse.model.folder : undefined;
  if (invocation.values['json'] === true) {
    process.stdout.write(rows.map((row) => `${JSON.stringify(jsonRow(row, current))}\n`).join(''));
  } else {
    process.stdout.write(
      table(
        COLUMNS,
        rows.map((row) => textRow(row, current)),
      ),
    );
    const why =
      'model' in inUse ? `In use: ${name(inUse.model)}, ${inUse.because}.` : `No model can be used: ${inUse.fault}`;
    process.stdout.write(`\n${oneLine(why)}\n`);
  }
  return EXIT_OK;
}

type Row = StoredModel & { isUsers: boolean } & ({ model: ModelFolder } | { fault: string });

async function read({ folder }: StoredModel): Promise<{ model: ModelFolder } | { fault: string }> {
  try {
    return { model: await loadModelFolder(folder) };
  } catch (error) {
    return { fault: errorMessage(error) };
  }
}

const COLUMNS = [
  { title: 'model' },
  { title: 'labels', align: 'right' as const },
  { title: 'images', align: 'right' as const },
  { title: 'top-1', align: 'right' as const },
  { title: 'on' },
  { title: 'n', align: 'right' as const },
  { title: 'backbone', max: 30 },
  { title: 'from' },
  { title: '', max: 80 },
];

function textRow(row: Row, current: string | undefined): string[] {
  const id = `${row.name}/${row.version}`;
  const from = row.isUsers ? 'yours' : 'semantiff';
  if ('fault' in row) return [id, '', '', '', '', '', '', from, `cannot be used: ${row.fault}`];
  const { manifest } = row.model;
  const metrics = headline(manifest.metrics);
  return [
    id,
    String(manifest.labels.length),
    String(trainingImages(row.model)),
    metrics?.top1.toFixed(3) ?? '',
    metrics?.split ?? '',
    metrics === undefined ? '' : String(metrics.n),
    manifest.backbone.name,
    from,
    row.folder === current ? 'in use' : '',
  ];
}

function jsonRow(row: Row, current: string | undefined): object {
  const { name: named, version, folder, isUsers } = row;
  const base = { name: named, version, folder, from: isUsers ? 'user' : 'package', inUse: folder === current };
  if ('fault' in row) return { ...base, fault: row.fault };
  const { manifest, sha256 } = row.model;
  const metrics = headline(manifest.metrics);
  return {
    ...base,
    sha256,
    labels: manifest.labels.length,
    images: trainingImages(row.model),
    ...(metrics && { top1: metrics.top1, split: metrics.split, n: metrics.n }),
    backbone: manifest.backbone.name,
  };
}

/** Images that were never trained on say most; without them the first validation. */
function headline(metrics: readonly Metrics[]): Metrics | undefined {
  return metrics.find(({ split }) => split === 'test') ?? metrics[0];
}

function trainingImages({ manifest }: ModelFolder): number {
  return manifest.trainingImages.reduce((sum, { real }) => sum + real, 0);
}

function name({ ref }: ModelFolder): string {
  return `${ref.name}/${ref.version}`;
}
