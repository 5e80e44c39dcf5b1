import { mkdir } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import type { ModelFolder } from '../classify/model-folder.ts';
import type { Config } from '../config/schema.ts';
import { CONVERT_VERSION, HARVEST_VERSION } from '../domain/versions.ts';
import type { Log } from '../log.ts';
import { closeStaging, openStaging, sweepStaging } from '../publish/staging.ts';
import type { WorkVersions } from '../store/ledger-row.ts';
import { configuredModel } from './model-in-use.ts';
import { type Outgoing, type OutgoingOptions, openOutgoing, type SessionPlaces } from './outgoing.ts';
import { createPressure, type Pressure, SPOOL_DEFAULTS, type SpoolOptions } from './pressure.ts';
import type { WorkerModel, WorkerSettings } from './protocol.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';

/** Everything a run that makes records keeps open. */
export interface Session extends Outgoing {
  config: Readonly<Config>;
  state: string;
  pool: WorkerPool;
  pressure: Pressure;
  /** This run's own folder in REPO, swept when a run was killed. */
  staging: string;
  /** What this program would make a record with; {@link Session.useModel} changes it. */
  readonly versions: WorkVersions;
  /**
   * Takes another model into use between two batches of each worker; throws `classify/model` where it does not load, and
   * then nothing has changed.
   */
  useModel(model: ModelFolder): Promise<void>;
  /** Milliseconds between two looks at which model is promoted. */
  promotionCheckMs: number;
}

export interface SessionOptions extends OutgoingOptions {
  /** How much room is left free. */
  spool?: Partial<SpoolOptions>;
  promotionCheckMs?: number;
}

/** One stat of a local file each time. */
const PROMOTION_CHECK_MS = 2000;

/** Opens STATE for writing (one process at a time), sweeps what killed runs left in REPO, and starts the workers. */
export async function openSession(
  config: Readonly<Config>,
  places: SessionPlaces,
  defaultDurability: 'record' | 'batch',
  log: Log,
  options: SessionOptions = {},
): Promise<Session> {
  const { repo, state } = places;
  const durability = config.durability ?? defaultDurability;
  const model = await configuredModel(config, state);
  await mkdir(repo, { recursive: true });
  const outgoing = await openOutgoing(places, durability, options);
  const closers: (() => void | Promise<void>)[] = [() => outgoing.close()];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const swept = await sweepStaging(repo);
    if (swept > 0) log.info({ swept }, 'removed what an interrupted run left in the staging folder');
    const staging = await openStaging(repo);
    closers.push(() => closeStaging(staging));
    const count = config.workers.count ?? availableParallelism();
    const settings = workerSettings(config, repo, durability, model);
    const pool = createWorkerPool({ count, settings, staging, deadlineS: config.workers.deadlineS }, log);
    closers.push(() => pool.close());
    const versions: WorkVersions = {
      harvestVersion: HARVEST_VERSION,
      convertVersion: CONVERT_VERSION,
      modelSha256: model?.sha256,
    };
    const useModel = async (next: ModelFolder): Promise<void> => {
      await pool.useModel(workerModel(config, next));
      versions.modelSha256 = next.sha256;
    };
    const pressure = openPressure(outgoing, places, options.spool);
    const promotionCheckMs = options.promotionCheckMs ?? PROMOTION_CHECK_MS;
    return { ...outgoing, config, state, pool, pressure, staging, versions, useModel, promotionCheckMs, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function openPressure({ store }: Outgoing, { repo, state }: SessionPlaces, spool?: Partial<SpoolOptions>): Pressure {
  const folders = [
    { name: 'REPO', path: repo },
    { name: 'STATE', path: state },
  ];
  const waiting = (): number =>
    Math.max(0, ...store.outbox.counts().map(({ configured, due }) => (configured ? due : 0)));
  return createPressure({ ...SPOOL_DEFAULTS, ...spool }, { folders, waiting });
}

/** A model as a worker opens it, with the thresholds that the config sets. */
export function workerModel({ classify }: Readonly<Config>, { folder, sha256 }: ModelFolder): WorkerModel {
  const { acceptAbove, suggestAbove } = classify;
  return {
    folder,
    sha256,
    ...(acceptAbove !== undefined && { acceptAbove }),
    ...(suggestAbove !== undefined && { suggestAbove }),
  };
}

export function workerSettings(
  config: Readonly<Config>,
  repo: string,
  durability: 'record' | 'batch',
  model: ModelFolder | undefined,
): WorkerSettings {
  const { jpegQuality, jpegLongSidePx, pages, compression } = config.convert;
  const { id, timeZone } = config.instrument;
  return {
    repo,
    accept: [...config.accept],
    durability,
    instrument: { ...(id !== undefined && { id }), ...(timeZone !== undefined && { timeZone }) },
    publish: { operator: config.publish.operator, ...(config.publish.host && { host: hostname() }) },
    ...(config.convert.cutFoundDataBar && { cutFoundDataBar: true }),
    jpeg: { quality: jpegQuality, ...(jpegLongSidePx !== undefined && { longSidePx: jpegLongSidePx }) },
    pages,
    compression,
    crate: config.publish.roCrate,
    memoryMiB: config.workers.memoryMiB,
    ...(model && { model: workerModel(config, model) }),
  };
}
