import { constants } from 'node:fs';
import { access, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openModel } from '../classify/open-model.ts';
import type { Config } from '../config/schema.ts';
import { openNexusWriter } from '../convert/hdf5.ts';
import { loadNexusTemplate } from '../convert/nexus-template.ts';
import { errorMessage } from '../domain/errors.ts';
import { fileSystemKind } from '../store/file-system-kind.ts';
import { stateLockHolder } from '../store/state-lock.ts';
import { inboxConflict } from '../watcher/inbox-conflict.ts';
import { modelInUse } from './model-in-use.ts';
import { openSentenceModel } from './open-sentence-model.ts';
import type { SessionPlaces } from './outgoing.ts';
import { closeTargets, type OpenTargets, type Targets } from './targets.ts';

export interface Check {
  name: string;
  result: 'ok' | 'warn' | 'fail';
  detail: string;
}

/** A target that says nothing for so long is away. */
const TARGET_TIMEOUT_MS = 30_000;
/** What a sentence model is tried with. */
const SAMPLE_TEXT = 'metal surface';
/** Below this a back-fill may fill the disk before anybody looks. */
const LOW_DISK_GIB = 5;

/** Holds a configuration against the world: places, disk, ledger, HDF5 writer, model, time zone. */
export async function checkWorld(
  config: Readonly<Config>,
  places: SessionPlaces | undefined,
  openTargets?: OpenTargets,
): Promise<Check[]> {
  const checks: Check[] = [await checkNode(), await checkInbox(config, places)];
  if (places) checks.push(await checkRepo(places.repo), await checkState(places.state));
  else checks.push({ name: 'repo', result: 'warn', detail: 'not set: every command needs --out REPO' });
  checks.push(
    await attempt('hdf5 writer', async () => {
      await openNexusWriter(await loadNexusTemplate());
      return 'opens its template';
    }),
  );
  checks.push(await checkModel(config, places), checkTimeZone(config), await checkTensorflow());
  if (config.search.sentenceModel !== undefined) checks.push(await checkSentenceModel(config.search.sentenceModel));
  checks.push(...(await checkTargets(openTargets)));
  return checks;
}

async function attempt(name: string, work: () => Promise<string>): Promise<Check> {
  try {
    return { name, result: 'ok', detail: await work() };
  } catch (error) {
    return { name, result: 'fail', detail: errorMessage(error) };
  }
}

async function checkNode(): Promise<Check> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = major > 20 || (major === 20 && minor >= 19);
  const detail = `${process.versions.node} on ${process.platform} ${process.arch}`;
  return { name: 'node', result: fits ? 'ok' : 'fail', detail: fits ? detail : `${detail}: at least 20.19 is needed` };
}

async function checkInbox({ inbox }: Readonly<Config>, places: SessionPlaces | undefined): Promise<Check> {
  if (inbox === undefined)
    return { name: 'inbox', result: 'warn', detail: 'not set: backfill and watch need a folder' };
  return await attempt('inbox', async () => {
    await access(inbox, constants.R_OK);
    const conflict = places && (await inboxConflict(inbox, places.repo, places.state));
    if (conflict !== undefined) throw new Error(conflict);
    const { network, name } = await fileSystemKind(inbox);
    return `${inbox} can be read${network ? ` (${name}, a network file system: it will be polled)` : ''}`;
  });
}

async function checkRepo(repo: string): Promise<Check> {
  const check = await attempt('repo', async () => {
    await mkdir(repo, { recursive: true });
    const probe = join(repo, `.doctor-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
    return `${repo} can be written`;
  });
  if (check.result !== 'ok') return check;
  const { bavail, bsize } = await statfs(repo);
  const freeGiB = (bavail * bsize) / 2 ** 30;
  const detail = `${check.detail}, ${freeGiB.toFixed(0)} GiB free`;
  return { ...check, result: freeGiB < LOW_DISK_GIB ? 'warn' : 'ok', detail };
}

async function checkState(state: string): Promise<Check> {
  return await attempt('state', async () => {
    const { network, name } = await fileSystemKind(state);
    if (network) throw new Error(`${state} lies on ${name}: the ledger needs a local disk, or it will be damaged`);
    const holder = stateLockHolder(state);
    return `${state} is local${holder ? `; process ${holder.pid ?? 'unknown'} is at work` : ''}`;
  });
}

async function checkModel(config: Readonly<Config>, places: SessionPlaces | undefined): Promise<Check> {
  if (!config.classify.enabled) return { name: 'model', result: 'ok', detail: 'classification is switched off' };
  return await attempt('model', async () => {
    const { model: folder, because } = await modelInUse(config, places?.state ?? '');
    const model = await openModel(folder.folder);
    const { inputSize } = model.backend;
    const started = performance.now();
    await model.backend.embed(new Uint8Array(inputSize * inputSize), 1);
    const ms = (performance.now() - started).toFixed(1);
    await model.close();
    return `${model.ref.name} ${model.ref.version}, ${model.manifest.labels.length} labels, ${ms} ms a picture (${because})`;
  });
}

async function checkSentenceModel(folder: string): Promise<Check> {
  return await attempt('sentence model', async () => {
    const texts = await openSentenceModel(folder);
    try {
      const started = performance.now();
      const [embedded] = await texts.queries.embed([[{ text: SAMPLE_TEXT, weight: 1 }]]);
      const ms = (performance.now() - started).toFixed(1);
      if (embedded === undefined) throw new Error(`${folder}: its vocabulary knows nothing of "${SAMPLE_TEXT}"`);
      return `${embedded.vector.length} numbers a text, ${ms} ms`;
    } finally {
      await texts.close();
    }
  });
}

/** Each target is reached, and a publisher is given a small file that it loses again. */
async function checkTargets(openTargets: OpenTargets | undefined): Promise<Check[]> {
  if (!openTargets) return [];
  let targets: Targets | undefined;
  try {
    targets = await openTargets();
    const signal = AbortSignal.timeout(TARGET_TIMEOUT_MS);
    const { publishers, index } = targets;
    const checks = publishers.map((one) => attempt(one.target, async () => await one.check({ signal })));
    if (index) checks.push(attempt(index.name, async () => `holds ${await index.index.count()} records`));
    return await Promise.all(checks);
  } catch (error) {
    return [{ name: 'targets', result: 'fail', detail: errorMessage(error) }];
  } finally {
    if (targets) await closeTargets(targets);
  }
}

function checkTimeZone({ instrument }: Readonly<Config>): Check {
  if (instrument.timeZone !== undefined) return { name: 'time zone', result: 'ok', detail: instrument.timeZone };
  const host = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { name: 'time zone', result: 'warn', detail: `not set: that of this computer is assumed (${host})` };
}

/** The optional package is named by a variable, so that neither compiler nor bundler asks for it. */
async function checkTensorflow(): Promise<Check> {
  const name = '@tensorflow/tfjs-node-gpu';
  const found = await import(name).then(
    () => 'is installed',
    () => 'is not installed; nothing needs it yet',
  );
  return { name: 'tfjs-node-gpu', result: 'ok', detail: found };
}
