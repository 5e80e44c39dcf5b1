import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { ModelRef } from '../domain/record.ts';
import { writeFileAtomic } from '../store/atomic-file.ts';
import { withModelsLock } from './models-lock.ts';

/** In the user's folder of models; nothing is promoted where it is not there. */
export const PROMOTION_FILE = 'promoted.json';

/** A model that a person put into use. `at` is UTC, ISO 8601; `previous` is what was in use until then. */
const Promotion = ModelRef.extend({
  at: z.string(),
  reason: z.string().optional(),
  /** It was worse than the model before, or could not be compared with it. */
  forced: z.literal(true).optional(),
  previous: ModelRef.optional(),
});
export type Promotion = z.infer<typeof Promotion>;

/** What was done, the oldest first; without `model` none is promoted since. */
const PromotionEvent = z.strictObject({
  action: z.enum(['promote', 'rollback']),
  at: z.string(),
  model: ModelRef.optional(),
  previous: ModelRef.optional(),
  reason: z.string().optional(),
  forced: z.literal(true).optional(),
});
type PromotionEvent = z.infer<typeof PromotionEvent>;

const Promotions = z.strictObject({
  schemaVersion: z.literal(1),
  /** The last one is in use; the others are what rolling back leads to, step by step. */
  promoted: z.array(Promotion),
  history: z.array(PromotionEvent),
});
export type Promotions = z.infer<typeof Promotions>;

const MAX_PROMOTED = 50;
const MAX_HISTORY = 500;

/** What is and was promoted; throws `classify/model` where the file cannot be understood. */
export async function readPromotions(modelsFolder: string): Promise<Promotions> {
  const path = join(modelsFolder, PROMOTION_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { schemaVersion: 1, promoted: [], history: [] };
    throw new IngestError('classify/model', `Reading ${path} failed: ${errorMessage(cause)}`, { cause });
  }
  try {
    return Promotions.parse(JSON.parse(text));
  } catch (cause) {
    const found = cause instanceof z.ZodError ? z.prettifyError(cause) : errorMessage(cause);
    throw new IngestError('classify/model', `Reading ${path}, found faults: ${found}`, { cause });
  }
}

/** Notes that this model is in use from now on. */
export async function recordPromotion(modelsFolder: string, promotion: Promotion): Promise<void> {
  const { at, reason, forced, previous, ...model } = promotion;
  await change(modelsFolder, ({ promoted }) => ({
    promoted: [...promoted, promotion].slice(-MAX_PROMOTED),
    event: {
      action: 'promote',
      at,
      model,
      ...(previous && { previous }),
      ...(reason !== undefined && { reason }),
      ...(forced && { forced }),
    },
  }));
}

/**
 * Takes the last promotion back: the one before it is in use again, and before the first one what the configuration
 * names. `expected` is the promotion that the caller saw. Throws `classify/model` where another one was made since.
 */
export async function recordRollback(
  modelsFolder: string,
  { expected, at, reason }: { expected: Promotion; at: string; reason?: string },
): Promise<void> {
  await change(modelsFolder, ({ promoted }) => {
    const last = promoted.at(-1);
    if (last?.sha256 !== expected.sha256 || last.at !== expected.at) {
      throw new IngestError(
        'classify/model',
        `Rolling back ${expected.name} ${expected.version}, found that another promotion or rollback was made meanwhile.`,
      );
    }
    const rest = promoted.slice(0, -1);
    const now = rest.at(-1);
    return {
      promoted: rest,
      event: {
        action: 'rollback',
        at,
        ...(now && { model: refOf(now) }),
        previous: refOf(last),
        ...(reason !== undefined && { reason }),
      },
    };
  });
}

export function refOf({ name, version, sha256 }: ModelRef): ModelRef {
  return { name, version, sha256 };
}

async function change(
  modelsFolder: string,
  step: (before: Promotions) => { promoted: Promotion[]; event: PromotionEvent },
): Promise<void> {
  await withModelsLock(modelsFolder, async () => {
    const before = await readPromotions(modelsFolder);
    const { promoted, event } = step(before);
    const history = [...before.history, event].slice(-MAX_HISTORY);
    const after = Promotions.parse({ schemaVersion: 1, promoted, history });
    const bytes = new TextEncoder().encode(`${JSON.stringify(after, undefined, 2)}\n`);
    await writeFileAtomic(join(modelsFolder, PROMOTION_FILE), bytes, { fsync: true });
  });
}
