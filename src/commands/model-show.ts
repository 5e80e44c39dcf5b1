import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFolder } from '../classify/model-folder.ts';
import { readPromotions } from '../classify/promotion.ts';
import { EXIT_OK } from '../domain/states.ts';
import { userModels } from '../pipeline/model-in-use.ts';
import type { Invocation } from './invocation.ts';
import { modelName, operandModel } from './model-operands.ts';
import { loadSettings, places } from './settings.ts';
import { oneLine } from './table.ts';

/** `semantiff model show [MODEL]`: its card with the figures, and where it comes from. */
export async function run(invocation: Invocation): Promise<number> {
  const settings = await loadSettings(invocation);
  const { state } = places(settings);
  const model = await operandModel(invocation.operands, settings, state);
  const { history } = await readPromotions(userModels(state));
  const events = history.filter((event) => event.model?.sha256 === model.sha256);
  const { folder, sha256, manifest } = model;
  if (invocation.values['json'] === true) {
    process.stdout.write(`${JSON.stringify({ folder, sha256, manifest, promotions: events })}\n`);
    return EXIT_OK;
  }
  const card = await readFile(join(folder, 'card.md'), 'utf8').catch(() => `# ${modelName(model.ref)}\n`);
  const promoted = events.map(({ action, at, reason, forced }) => {
    const why = reason === undefined ? '' : `: ${reason}`;
    return `- ${action === 'promote' ? 'promoted' : 'rolled back to'} on ${at}${forced ? ', forced' : ''}${why}`;
  });
  const lines = [...lineage(model), ...promoted].map(oneLine);
  process.stdout.write(`${card}\n## Where it comes from\n\n${lines.join('\n')}\n`);
  return EXIT_OK;
}

function lineage({ folder, sha256, manifest }: ModelFolder): string[] {
  const { software, program, seed, dataSha256, images, parent, trainer } = manifest.training;
  return [
    `- folder: ${folder}`,
    `- SHA-256 of model.json: ${sha256}`,
    `- backbone: ${manifest.backbone.name}, SHA-256 ${manifest.backbone.sha256}`,
    `- trained by: ${program ?? 'not stated'} (${software}, ${trainer}, seed ${seed})`,
    `- training data: SHA-256 ${dataSha256}${images === undefined ? '' : `, ${images.count} images, listed in ${images.file}`}`,
    `- made from: ${parent === undefined ? 'no other model' : `${modelName(parent)}, SHA-256 ${parent.sha256}`}`,
  ];
}
