// Back-fills ROOT/inbox with two workers while other models are promoted and rolled back, as often as OPTIONS say. Says as
// JSON lines what became of each file, each model that came into use, what the log said of others, and the summary.
// Arguments: folder of the built program, ROOT, { steps: (NAME | null for a rollback)[], every } as JSON.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [dist, root, options] = process.argv.slice(2);
const { steps, every } = JSON.parse(options);
const load = (path) => import(pathToFileURL(join(dist, path)).href);
const { findModel } = await load('classify/model-folder.js');
const { readPromotions, recordPromotion, recordRollback } = await load('classify/promotion.js');
const { Config } = await load('config/schema.js');
const { backfill } = await load('pipeline/backfill.js');
const { openSession } = await load('pipeline/session.js');

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const models = join(root, 'state', 'models');
const at = () => new Date().toISOString();
const config = Config.parse({
  workers: { count: 2, batchFiles: 4 },
  classify: { model: 'model-a' },
  publish: { roCrate: false },
});
const log = {
  info: (facts, text) => text === 'another model is in use' && say({ inUse: facts.model.name }),
  error: (facts, text) => say({ error: text, ...facts }),
  warn: (facts, text) => say({ warn: text, ...facts }),
  debug: () => undefined,
};
const places = { repo: join(root, 'repo'), state: join(root, 'state') };
const session = await openSession(config, places, 'batch', log, { promotionCheckMs: 5 });
const stop = new AbortController();
let reports = 0;
let ended = false;

async function take(step) {
  if (step === null) {
    const expected = (await readPromotions(models)).promoted.at(-1);
    await recordRollback(models, { expected, at: at() });
  } else {
    const { ref } = await findModel(step, undefined, [models]);
    await recordPromotion(models, { ...ref, at: at() });
  }
}

const isBefore = (until) => reports < until && !ended;

async function promote() {
  for (const step of steps) {
    const until = reports + every;
    while (isBefore(until)) await pause(2);
    if (ended) return;
    await take(step);
  }
}

const promoting = promote();
const summary = await backfill({
  session,
  inbox: join(root, 'inbox'),
  signal: stop.signal,
  log,
  onReport({ file, state, reason }) {
    reports += 1;
    say({ file, state, reason });
  },
});
ended = true;
await promoting;
say({ summary, current: session.versions.modelSha256 });
await session.close();
