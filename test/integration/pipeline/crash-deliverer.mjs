// Makes records, commits and delivers them until it is killed, and says after each commit how many there are; with
// "finish" it makes one more batch and ends when all is delivered. Records are delivered to ROOT/target and ROOT/index.
// Arguments: folder of the built program, ROOT, [finish].
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createDirectoryPublisher } from './directory-publisher.mjs';

const [dist, root, finish] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(dist, path)).href);
const { recordFolder } = await load('domain/ids.js');
const { createLog } = await load('log.js');
const { startDelivery } = await load('pipeline/deliver.js');
const { openOutgoing } = await load('pipeline/outgoing.js');
const { addAlias, commitRecords, stageRecord } = await load('publish/publish-record.js');
const { readRecord } = await load('publish/read-record.js');
const { closeStaging, openStaging, sweepStaging } = await load('publish/staging.js');
const { openStore } = await load('store/store.js');

const BATCH = 4;
const repo = join(root, 'repo');
mkdirSync(repo, { recursive: true });
const elsewhere = openStore(join(root, 'index'), { access: 'write', durability: 'batch' });
const openTargets = async () => ({
  publishers: [createDirectoryPublisher('folder', join(root, 'target'), recordFolder)],
  index: { name: 'elsewhere', index: elsewhere.index },
});
const outgoing = await openOutgoing({ repo, state: join(root, 'state') }, 'batch', { openTargets });
const { store } = outgoing;
await sweepStaging(repo);
const staging = await openStaging(repo);
const delivery = startDelivery(outgoing, { signal: new AbortController().signal, log: createLog('warn') });

for (let batch = store.ledger.counts().done / BATCH; ; batch += 1) {
  const records = await makeRecords(Array.from({ length: BATCH }, (_, place) => batch * BATCH + place));
  store.commit(records.map(outcomeOf), []);
  process.stdout.write(`${batch + 1}\n`);
  if (finish) break;
  await pause(Math.random() * 20);
}
await delivery.drain({ until: 'empty' });
await delivery.stop();
await outgoing.close();
await closeStaging(staging);
elsewhere.close();

/** Every third record is found under one more name at once, which makes a second revision of it. */
async function makeRecords(numbers) {
  const drafts = numbers.map(draftOf);
  await commitRecords(
    drafts.map((draft) => stageRecord(draft, artefactsOf(draft.source.name), staging)),
    repo,
  );
  const records = [];
  for (const [place, { id }] of drafts.entries()) {
    const stored = await readRecord(repo, id);
    const again = numbers[place] % 3 === 0;
    records.push(again ? await addAlias(stored, { name: 'copy.tif', path: `copies/${id}.tif` }) : stored.record);
  }
  return records;
}

function draftOf(number) {
  const name = `file ${number}.tif`;
  const id = createHash('sha256').update(name).digest('hex');
  return {
    schemaVersion: 1,
    id,
    revision: 1,
    source: { name, path: name, bytes: 1, sha256: id, aliases: [], sidecars: [] },
    image: {
      widthPx: 4,
      heightPx: 4,
      bitsPerSample: 8,
      sampleFormat: 'uint',
      samplesPerPixel: 1,
      photometric: 'min-is-black',
      pages: 1,
    },
    instrument: {},
    acquisition: {},
    classification: { labels: [], decision: 'review', reason: 'a test says so' },
    issues: [],
    provenance: {
      software: 'semantiff',
      version: '0.0.0',
      harvestVersion: 1,
      convertVersion: 1,
      startedAt: '2024-01-01T00:00:00+00:00',
      endedAt: '2024-01-01T00:00:01+00:00',
    },
  };
}

function artefactsOf(name) {
  return [
    { role: 'jpeg', name: 'picture.jpg', mediaType: 'image/jpeg', bytes: Buffer.from(`picture of ${name}`) },
    { role: 'nexus', name: 'picture.h5', mediaType: 'application/x-hdf5', bytes: Buffer.alloc(20_000, name) },
  ];
}

function outcomeOf({ id, revision, source }) {
  return {
    path: join('/in', source.name),
    inbox: '/in',
    bytes: 1,
    mtimeMs: 1,
    state: 'done',
    reason: 'record made',
    contentHash: id,
    versions: { harvestVersion: 1, convertVersion: 1 },
    recordRevision: revision,
  };
}
