import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sharedDir } from '../shared-folder.ts';

const run = promisify(execFile);

/** Ports of their own, so that servers which somebody runs by hand are left alone. */
const PORTS = { apache: 18_181, nginx: 18_182 } as const;
const SCRIPTS = { apache: 'start', nginx: 'start-nginx' } as const;

/** A real server that a test started. */
export interface WebdavService {
  /** With a closing slash. */
  url: string;
  /** Has `cert.pem`, and `flags`, in which a file makes every request fail. */
  state: string;
}

let cache: string | undefined;

/** Starts a server with these options of the scripts, in place of one that was started before. */
export async function startService(kind: keyof typeof PORTS, options: string[] = []): Promise<WebdavService> {
  cache ??= mkdtempSync(join(tmpdir(), 'semantiff-services-'));
  const script = join(scripts(), SCRIPTS[kind]);
  const args = ['--port', String(PORTS[kind]), '--fresh', ...options];
  const { stdout, stderr } = await run(script, args, { env: { ...process.env, XDG_CACHE_HOME: cache } });
  const state = /^state (.*)$/m.exec(stderr)?.[1];
  if (state === undefined) throw new Error(`${script} did not name its state folder: ${stderr}`);
  return { url: stdout.trim(), state };
}

/** Ends what was started here, and removes what it kept. */
export async function stopServices(): Promise<void> {
  if (cache === undefined) return;
  await run(join(scripts(), 'stop'), [], { env: { ...process.env, XDG_CACHE_HOME: cache } });
  rmSync(cache, { recursive: true, force: true });
  cache = undefined;
}

function scripts(): string {
  return join(sharedDir() ?? '', 'services/webdav');
}
