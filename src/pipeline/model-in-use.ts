import { join } from 'node:path';
import { findModel, type ModelFolder } from '../classify/model-folder.ts';
import { readPromotions } from '../classify/promotion.ts';
import { type Config, NEWEST_VERSION } from '../config/schema.ts';
import { IngestError } from '../domain/errors.ts';
import { PACKAGE_ROOT } from '../software.ts';

export interface ModelInUse {
  model: ModelFolder;
  /** What decided: a version that is asked for, a promotion, or `classify.model` alone. */
  origin: 'asked' | 'promoted' | 'configured';
  /** Why it is this one, for people. */
  because: string;
}

/** The user's folder of models, which the promotions and the shared test list stand in too. */
export function userModels(state: string): string {
  return join(state, 'models');
}

/** The models that come with the program. */
export function packageModels(): string {
  return join(PACKAGE_ROOT, 'models');
}

/** Folders in which models are looked for, the user's before those of the package. */
export function modelRoots(state: string): string[] {
  return [userModels(state), packageModels()];
}

/** Whether a promotion decides which model is in use: not where a version is asked for. */
export function followsPromotions({ classify }: Readonly<Config>): boolean {
  return classify.enabled && classify.version === undefined;
}

/**
 * The model that labels pictures, also where classification is switched off. In this order: the version that is asked
 * for (`--model NAME`, `--model NAME/VERSION`, `classify.version`), the promoted model, the newest version of
 * `classify.model`. Throws `classify/model`.
 */
export async function modelInUse({ classify }: Readonly<Config>, state: string): Promise<ModelInUse> {
  const { model: name, version } = classify;
  const roots = modelRoots(state);
  if (version === NEWEST_VERSION) {
    const because = `the newest version of ${name}, as --model or classify.version asks for`;
    return { model: await findModel(name, undefined, roots), origin: 'asked', because };
  }
  if (version !== undefined) {
    return {
      model: await findModel(name, version, roots),
      origin: 'asked',
      because: 'as --model or classify.version asks for',
    };
  }
  const promotion = (await readPromotions(userModels(state))).promoted.at(-1);
  if (promotion === undefined) {
    const because = `the newest version of ${name}, which classify.model names; no model is promoted`;
    return { model: await findModel(name, undefined, roots), origin: 'configured', because };
  }
  const model = await findModel(promotion.name, promotion.version, roots);
  if (model.sha256 !== promotion.sha256) {
    throw new IngestError(
      'classify/model',
      `Opening the promoted model ${promotion.name} ${promotion.version}, expected SHA-256 ${promotion.sha256} of its model.json, found ${model.sha256}: it was changed since. Promote a model again, or roll back.`,
    );
  }
  const reason = promotion.reason === undefined ? '' : ` ("${promotion.reason}")`;
  return { model, origin: 'promoted', because: `promoted on ${promotion.at}${reason}` };
}

/** The model in use, or undefined where classification is switched off. */
export async function configuredModel(config: Readonly<Config>, state: string): Promise<ModelFolder | undefined> {
  return config.classify.enabled ? (await modelInUse(config, state)).model : undefined;
}
