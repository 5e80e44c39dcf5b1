import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sharedDir } from '../shared-folder.ts';

const run = promisify(execFile);

/** An Apache with mod_dav of one test's own. */
export interface OwnApache {
  /** With a closing slash. */
  url: string;
  /** Has `cert.pem`, and `flags`, in which a file makes every request fail. */
  state: string;
  /** The folder that it serves. */
  data: string;
  stop(): Promise<void>;
  /** Starts it again with the same files; other options of the script take the place of those before. */
  start(options?: string[]): Promise<void>;
  /** Ends it, and removes what it kept. */
  drop(): Promise<void>;
}

/** Starts Apache of ../shared/services on a free port. */
export async function startOwnApache(options: string[] = []): Promise<OwnApache> {
  const cache = mkdtempSync(join(tmpdir(), 'semantiff-apache-'));
  const port = await freePort();
  const scripts = join(sharedDir() ?? '', 'services/webdav');
  const env = { ...process.env, XDG_CACHE_HOME: cache };
  const start = async (given: string[]): Promise<{ url: string; said: string }> => {
    const { stdout, stderr } = await run(join(scripts, 'start'), ['--port', port, ...given], { env });
    return { url: stdout.trim(), said: stderr };
  };
  const stop = async (): Promise<void> => {
    await run(join(scripts, 'stop'), ['--port', port], { env });
  };
  const { url, said } = await start(options);
  const told = (what: string): string => new RegExp(`^${what} (.*)$`, 'm').exec(said)?.[1] ?? '';
  return {
    url,
    state: told('state'),
    data: told('data'),
    stop,
    start: async (given = options) => {
      await start(given);
    },
    drop: async () => {
      killGroup(join(told('state'), 'pid'));
      // Frees the mount of a small disk too.
      await stop();
      rmSync(cache, { recursive: true, force: true });
    },
  };
}

/** Asked politely Apache takes two seconds to end. */
function killGroup(pidFile: string): void {
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
  // A group of that number is there only while Apache, which leads it, or a child of it runs.
  if (pid > 1) process.kill(-pid, 'SIGKILL');
}

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}
