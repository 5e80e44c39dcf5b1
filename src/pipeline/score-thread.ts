import { parentPort, workerData } from 'node:worker_threads';
import { loadModelFolder } from '../classify/model-folder.ts';
import { openHead } from '../classify/open-model.ts';
import { errorMessage } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import { createScorer } from './score-records.ts';
import type { ScoreReply, ScoreThreadData } from './score-threads.ts';

/** Entry of a scoring thread: ids in, what the head says of their records out. */
const { repo, folder, options } = workerData as ScoreThreadData;
const score = loadModelFolder(folder).then((model) => createScorer(repo, openHead(model, options)));

parentPort?.on('message', (ids: ContentHash[]) => {
  void score
    .then(async (of) => ({ scored: await of(ids) }))
    .catch((error: unknown) => ({ failure: errorMessage(error) }))
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    .then((reply: ScoreReply) => parentPort?.postMessage(reply));
});
