import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import { safeStem } from '../domain/ids.ts';

/** What the default place depends on; the running system stands in for what is not given. */
export interface Surroundings {
  platform?: NodeJS.Platform;
  env?: Readonly<Record<string, string | undefined>>;
  home?: string;
}

/**
 * The default STATE folder of a REPO: a place for state of this user on this computer (never a roaming profile, never
 * inside REPO), and in it one folder a REPO, named after it and told apart by a short hash of its path. Two spellings of
 * one path (`./out`, `/data/out/`) give one folder. Nothing is created.
 */
export function defaultStateFolder(repo: string, surroundings: Surroundings = {}): string {
  const platform = surroundings.platform ?? process.platform;
  const path = platform === 'win32' ? win32 : posix;
  const absolute = path.resolve(repo);
  // Windows and macOS ignore the case of names as they come.
  const identity = platform === 'win32' || platform === 'darwin' ? absolute.toLowerCase() : absolute;
  const digest = createHash('sha256').update(identity.normalize('NFC')).digest('hex').slice(0, 12);
  // The suffix keeps safeStem from taking a dot in the folder's name for an extension.
  const name = Array.from(safeStem(`${path.basename(absolute) || 'repo'}.folder`))
    .slice(0, 40)
    .join('');
  return path.join(stateHome(platform, surroundings), 'semantiff', `${name}-${digest}`);
}

function stateHome(platform: NodeJS.Platform, surroundings: Surroundings): string {
  const env = surroundings.env ?? process.env;
  const home = surroundings.home ?? homedir();
  if (platform === 'win32') return env['LOCALAPPDATA'] || win32.join(home, 'AppData', 'Local');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support');
  // The XDG base directory specification says that a relative path here is to be ignored.
  const xdg = env['XDG_STATE_HOME'] ?? '';
  return posix.isAbsolute(xdg) ? xdg : posix.join(home, '.local', 'state');
}

/** The name of the SQLite file with ledger and embedded index inside STATE. */
export const STORE_FILE = 'semantiff.sqlite';

/** Absolute path as the ledger keys it: resolved, and on Windows with an upper-case drive letter. */
export function ledgerPath(path: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32') return posix.resolve(path);
  const absolute = win32.resolve(path);
  return /^[a-z]:/.test(absolute) ? `${absolute[0]?.toUpperCase()}${absolute.slice(1)}` : absolute;
}
