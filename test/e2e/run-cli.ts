import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A temporary folder with an inbox, a REPO and a STATE in it. */
export async function makePlaces(): Promise<{
  root: string;
  inbox: string;
  repo: string;
  state: string;
  places: string[];
}> {
  const root = await mkdtemp(join(tmpdir(), 'semantiff e2e ü '));
  const [inbox, repo, state] = ['inbox', 'repo', 'state'].map((name) => join(root, name)) as [string, string, string];
  return { root, inbox, repo, state, places: ['--out', repo, '--state', state] };
}

/** Where the command line keeps its state when a test names no folder: not that of whoever runs the tests. */
const USER_STATE = mkdtempSync(join(tmpdir(), 'semantiff-e2e-state-'));

/** Starts the built command line, away from any config file or variable of this computer but those of `settings`. */
export function startCli(args: string[], cwd: string = tmpdir(), settings: Record<string, string> = {}): ChildProcess {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SEMANTIFF_')));
  return spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { ...env, TZ: 'UTC', XDG_STATE_HOME: USER_STATE, LOCALAPPDATA: USER_STATE, ...settings },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

export async function finished(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, stdout, stderr };
}

export async function runCli(args: string[], cwd?: string): Promise<Finished> {
  const child = startCli(args, cwd);
  child.stdin?.end();
  return await finished(child);
}

/** The lines of `--json`. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Every file below a folder, relative to it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

export async function readJson(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
}
