import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFolder } from '../classify/model-folder.ts';
import { PROMOTION_FILE } from '../classify/promotion.ts';
import type { Config } from '../config/schema.ts';
import { errorMessage } from '../domain/errors.ts';
import type { Log } from '../log.ts';
import { followsPromotions, modelInUse, userModels } from './model-in-use.ts';
import type { Session } from './session.ts';

export interface FollowOptions {
  config: Readonly<Config>;
  state: string;
  /** SHA-256 of the model in use. */
  current: () => string | undefined;
  /** Takes a model into use, or throws and leaves things as they are. */
  use: (model: ModelFolder) => Promise<void>;
  log: Log;
}

/**
 * Gives a function that looks whether another model was promoted (one stat of a file) and takes it into use. A model that
 * cannot be taken is told to the log once, and the one before goes on; nothing is thrown. Must not be called again before
 * it is done.
 */
export function promotionFollower({ config, state, current, use, log }: FollowOptions): () => Promise<void> {
  if (!followsPromotions(config)) return async () => undefined;
  const file = join(userModels(state), PROMOTION_FILE);
  // What was promoted between the choice of the first model and the first look is found too.
  let seen: string | undefined;
  return async () => {
    const print = await printOf(file);
    if (print === seen) return;
    seen = print;
    try {
      const { model, because } = await modelInUse(config, state);
      if (model.sha256 === current()) return;
      await use(model);
      log.info({ model: model.ref, because }, 'another model is in use');
    } catch (error) {
      log.error({ reason: errorMessage(error) }, 'the promoted model cannot be used: the one before stays in use');
    }
  };
}

export interface PromotionWatch {
  /** Resolves when a change that is under way is done. */
  stop(): Promise<void>;
}

/** Lets the workers of a session follow what is promoted, until it is stopped. */
export function followPromotions(session: Session, log: Log): PromotionWatch {
  const { config, state, versions, promotionCheckMs } = session;
  const look = promotionFollower({
    config,
    state,
    current: () => versions.modelSha256,
    use: (model) => session.useModel(model),
    log,
  });
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= look().finally(() => (looking = undefined));
  }, promotionCheckMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}

/** Changes when the file is replaced, made or removed. */
async function printOf(file: string): Promise<string> {
  const facts = await stat(file, { bigint: true }).catch(() => undefined);
  return facts === undefined ? 'absent' : `${facts.ino} ${facts.size} ${facts.mtimeNs}`;
}
