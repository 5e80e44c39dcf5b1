// Runs a backfill or a watch of ROOT/inbox whose records are delivered to ROOT/target and ROOT/index. While ROOT/down
// exists the target cannot be reached. Says as JSON lines what is indexed, and at the end of a backfill its summary.
// Arguments: folder of the built program, ROOT, backfill|watch, options of the session as JSON.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createDirectoryPublisher } from './directory-publisher.mjs';

const [dist, root, verb, options] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(dist, path)).href);
const { Config } = await load('config/schema.js');
const { IngestError } = await load('domain/errors.js');
const { recordFolder } = await load('domain/ids.js');
const { createLog } = await load('log.js');
const { backfill } = await load('pipeline/backfill.js');
const { openSession } = await load('pipeline/session.js');
const { watch } = await load('pipeline/watch.js');
const { openStore } = await load('store/store.js');

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const inbox = join(root, 'inbox');
mkdirSync(inbox, { recursive: true });
const elsewhere = openStore(join(root, 'index'), { access: 'write', durability: 'batch' });
const before = () => {
  if (existsSync(join(root, 'down'))) throw new IngestError('publish/unreachable', 'no route to the target');
};
const openTargets = async () => ({
  publishers: [createDirectoryPublisher('folder', join(root, 'target'), recordFolder, before)],
  index: {
    name: 'elsewhere',
    index: {
      ...elsewhere.index,
      upsert: async (documents) => {
        const report = await elsewhere.index.upsert(documents);
        for (const { name } of documents) say({ indexed: name, at: Date.now() });
        return report;
      },
    },
  },
});
const config = Config.parse({ watch: { settleMs: 100 }, workers: { count: 1 } });
const log = createLog('silent');
const places = { repo: join(root, 'repo'), state: join(root, 'state') };
const session = await openSession(config, places, 'batch', log, { openTargets, ...JSON.parse(options ?? '{}') });
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const onReport = ({ file, state }) => say({ file, state });
say({ ready: true });
const run = verb === 'watch' ? watch : backfill;
const summary = await run({ session, inbox, signal: stop.signal, log, onReport });
if (summary) say({ summary });
await session.close();
elsewhere.close();
