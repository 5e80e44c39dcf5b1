import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '../log.ts';
import type { WorkerInit, WorkerRequest, WorkerResponse } from './protocol.ts';
import { MEMORY_EXCEEDED } from './watch-memory.ts';

/** Why a worker process is no more. */
export interface WorkerEnd {
  code: 'pipeline/memory' | 'pipeline/worker-crashed';
  message: string;
}

export interface WorkerLink {
  readonly pid: number | undefined;
  send(request: WorkerRequest): void;
  kill(): void;
  /** Lets the process end by itself. */
  disconnect(): void;
}

/** Share of a worker's memory limit that V8 may use; the rest is pixels, HDF5 and network outside its heap. */
const HEAP_SHARE = 0.5;
/**
 * Concurrent marking would take the cores from the other workers (12 ms of 60 an image), and a batch's headers survive
 * collections of a small young generation only to be copied (3 ms of 32). An old generation that may not grow by more
 * than a full young one is marked whole every second, to no end: of 25 MB nearly all stay alive (3 ms of 50).
 */
const GC_FLAGS = [
  '--single-threaded-gc',
  '--min-semi-space-size=32',
  '--max-semi-space-size=64',
  '--initial-old-space-size=128',
  '--heap-growing-percent=400',
];
/**
 * The optimising compiler took a tenth of the processor in the first thousand pictures: what runs over pixels is compiled
 * already (WebAssembly), and the rest is worth it only after some more calls (38.6 instead of 42.9 ms of processor time
 * a picture in back-fills of 810, means of five in turn, usual budget 67,584). V8 12 and later, of Node 22, go about it otherwise.
 */
const COMPILER_FLAGS = Number.parseInt(process.versions.v8, 10) < 12 ? ['--interrupt-budget=600000'] : [];
/** As many flushes of a group at once let the file system write one journal entry for all, not one for every four. */
const POOL_THREADS = 24;
const STDERR_KEPT = 2000;
/** The last words of a worker arrive a little after its end; a grandchild may hold the pipe open for ever. */
const STDERR_GRACE_MS = 500;
/** tsc rewrites the endings of imports, not of URLs. */
const DEFAULT_ENTRY = new URL(`./worker-process${extname(import.meta.filename)}`, import.meta.url);

/** Starts one worker process. `onEnd` is called exactly once, however it ends, also when it could not be started. */
export function startWorker(
  { init, staging, entry = DEFAULT_ENTRY }: { init: WorkerInit; staging: string; entry?: URL | undefined },
  log: Log,
  on: { response: (response: WorkerResponse) => void; end: (end: WorkerEnd) => void },
): WorkerLink {
  const { memoryMiB } = init.settings;
  const child = fork(fileURLToPath(entry), [staging, String(memoryMiB)], {
    serialization: 'advanced',
    env: { ...process.env, UV_THREADPOOL_SIZE: String(POOL_THREADS) },
    execArgv: [...GC_FLAGS, ...COMPILER_FLAGS, `--max-old-space-size=${Math.round(memoryMiB * HEAP_SHARE)}`],
    stdio: ['ignore', 2, 'pipe', 'ipc'],
  });
  const heard = listenToStderr(child, log);
  let ended = false;
  const end = (message: string): void => {
    if (ended) return;
    ended = true;
    on.end(endOf(message, heard()));
  };
  child.on('message', (response: WorkerResponse) => on.response(response));
  child.on('error', (error) => end(`the worker process failed: ${error.message}`));
  // Not 'close': after a disconnect by this side Node never emits it.
  child.on('exit', (code, signal) => {
    const message = `the worker process ended by ${signal ?? `exit code ${code}`}`;
    if (!child.stderr || child.stderr.readableEnded) end(message);
    else child.stderr.once('close', () => end(message));
    setTimeout(() => end(message), STDERR_GRACE_MS).unref();
  });
  child.send(init, ignoreClosed);
  return {
    pid: child.pid,
    send: (request) => void child.send(request, ignoreClosed),
    kill: () => void child.kill('SIGKILL'),
    disconnect: () => void (child.connected && child.disconnect()),
  };
}

/** A message to a worker that has just died is answered by its end. */
function ignoreClosed(): void {}

function listenToStderr(child: ChildProcess, log: Log): () => string {
  let kept = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (text: string) => {
    kept = (kept + text).slice(-STDERR_KEPT);
    log.debug({ pid: child.pid, text }, 'worker wrote to stderr');
  });
  return () => kept;
}

function endOf(message: string, stderr: string): WorkerEnd {
  const rss = new RegExp(`${MEMORY_EXCEEDED} (\\d+)`).exec(stderr)?.[1];
  if (rss !== undefined) {
    return { code: 'pipeline/memory', message: `the worker's memory grew to ${rss} MiB, beyond its limit` };
  }
  if (/heap out of memory|Allocation failed/.test(stderr)) {
    return { code: 'pipeline/memory', message: "the worker's JavaScript heap was full" };
  }
  return { code: 'pipeline/worker-crashed', message };
}
