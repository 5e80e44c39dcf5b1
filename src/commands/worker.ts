import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { promotionFollower } from '../pipeline/follow-promotion.ts';
import { configuredModel } from '../pipeline/model-in-use.ts';
import { workerModel, workerSettings } from '../pipeline/session.ts';
import { openStdioWorker, type StdioWorker } from '../pipeline/stdio-worker.ts';
import { closeStaging, openStaging } from '../publish/staging.ts';
import type { Invocation } from './invocation.ts';
import { loadSettings, places } from './settings.ts';

/** One line on stdin: a picture file, and what the caller calls it. */
const StdioTask = z.object({
  id: z.union([z.string(), z.number()]),
  path: z.string().min(1),
  inbox: z.string().min(1).optional(),
  redo: z.boolean().optional(),
});

/** `semantiff worker --stdio`: a line in, a line out, in the same order; batches form while a batch is under way. */
export async function run(invocation: Invocation): Promise<number> {
  if (invocation.values['stdio'] !== true) throw new IngestError('usage', 'expected --stdio');
  const settings = await loadSettings(invocation);
  const { repo, state } = places(settings);
  const { config } = settings;
  const model = await configuredModel(config, state);
  const staging = await openStaging(repo);
  try {
    const worker = await openStdioWorker(workerSettings(config, repo, config.durability ?? 'batch', model), staging);
    let current = model?.sha256;
    const look = promotionFollower({
      config,
      state,
      current: () => current,
      async use(next) {
        await worker.useModel(workerModel(config, next));
        current = next.sha256;
      },
      log: settings.log,
    });
    await converse(worker, config.workers.batchFiles, { signal: invocation.signal, look });
    return EXIT_OK;
  } finally {
    await closeStaging(staging);
  }
}

/** A batch takes some tenths of a second, a look at which model is promoted one stat of a file. */
const LOOK_EVERY_MS = 2000;

async function converse(
  worker: StdioWorker,
  batchFiles: number,
  { signal, look }: { signal: AbortSignal; look: () => Promise<void> },
): Promise<void> {
  let looked = Number.NEGATIVE_INFINITY;
  const pending: string[] = [];
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY, signal });
  let busy = Promise.resolve();
  const drain = async (): Promise<void> => {
    while (pending.length > 0) {
      if (performance.now() - looked > LOOK_EVERY_MS) {
        await look();
        looked = performance.now();
      }
      await answer(worker, pending.splice(0, batchFiles));
    }
  };
  for await (const line of lines) {
    if (line.trim() === '') continue;
    pending.push(line);
    // A caller that keeps one line under way must get its answer; one that sends many gets batches.
    if (pending.length === 1) busy = busy.then(drain);
    if (pending.length >= batchFiles * 4) await busy;
  }
  await busy;
}

async function answer(worker: StdioWorker, lines: string[]): Promise<void> {
  const parsed = lines.map(parseLine);
  const tasks = parsed.flatMap((one) => ('task' in one ? [one.task] : []));
  const results = await worker.process(
    tasks.map(({ path, inbox, redo }) => ({
      path: resolve(path),
      redo: redo ?? false,
      ...(inbox && { inbox: resolve(inbox) }),
    })),
  );
  let next = 0;
  const texts = parsed.map((one) =>
    JSON.stringify('task' in one ? { id: one.task.id, ...results[next++] } : { error: one.error }),
  );
  process.stdout.write(`${texts.join('\n')}\n`);
}

function parseLine(line: string): { task: z.infer<typeof StdioTask> } | { error: string } {
  try {
    return { task: StdioTask.parse(JSON.parse(line)) };
  } catch (error) {
    return { error: `expected {"id", "path"} as JSON: ${errorMessage(error)}` };
  }
}
