import { describe, expect, it } from 'vitest';
import { defaultStateFolder, ledgerPath } from '../../../src/store/state-folder.ts';

const linux = { platform: 'linux', env: {}, home: '/home/anna' } as const;

describe('the default STATE folder', () => {
  it('lies below the XDG state home, else below ~/.local/state', () => {
    expect(defaultStateFolder('/data/out', { ...linux, env: { XDG_STATE_HOME: '/var/state' } })).toMatch(
      /^\/var\/state\/semantiff\/out-[0-9a-f]{12}$/,
    );
    expect(defaultStateFolder('/data/out', linux)).toMatch(/^\/home\/anna\/\.local\/state\/semantiff\/out-/);
    expect(defaultStateFolder('/data/out', { ...linux, env: { XDG_STATE_HOME: 'relative' } })).toMatch(
      /^\/home\/anna\//,
    );
  });

  it('lies in the places of Windows and macOS', () => {
    const env = { LOCALAPPDATA: 'C:\\Users\\Anna\\AppData\\Local' };
    expect(defaultStateFolder('D:\\Out', { platform: 'win32', env, home: 'C:\\Users\\Anna' })).toMatch(
      /^C:\\Users\\Anna\\AppData\\Local\\semantiff\\Out-[0-9a-f]{12}$/,
    );
    expect(defaultStateFolder('/data/out', { platform: 'darwin', env: {}, home: '/Users/anna' })).toMatch(
      /^\/Users\/anna\/Library\/Application Support\/semantiff\/out-/,
    );
  });

  it('is one folder for all spellings of a REPO and another for another REPO', () => {
    expect(defaultStateFolder('/data/x/../out/', linux)).toBe(defaultStateFolder('/data/out', linux));
    expect(defaultStateFolder('/other/out', linux)).not.toBe(defaultStateFolder('/data/out', linux));
    const windows = { platform: 'win32', env: { LOCALAPPDATA: 'C:\\L' } } as const;
    expect(defaultStateFolder('d:\\OUT', windows).slice(-12)).toBe(defaultStateFolder('D:\\out', windows).slice(-12));
  });

  it('has a usable name for a REPO that is a disk, has dots or is very long', () => {
    expect(defaultStateFolder('/', linux)).toMatch(/\/repo-[0-9a-f]{12}$/);
    expect(defaultStateFolder('/data/v1.2', linux)).toMatch(/\/v1\.2-[0-9a-f]{12}$/);
    expect(defaultStateFolder(`/data/${'試'.repeat(80)}`, linux)).toMatch(/\/試{40}-[0-9a-f]{12}$/);
  });
});

describe('the key of a path in the ledger', () => {
  it('is the absolute path, with one form of the drive letter', () => {
    expect(ledgerPath('/in/a/../b ü.tif', 'linux')).toBe('/in/b ü.tif');
    expect(ledgerPath('c:\\in\\.\\b.tif', 'win32')).toBe('C:\\in\\b.tif');
    expect(ledgerPath('\\\\server\\share\\b.tif', 'win32')).toBe('\\\\server\\share\\b.tif');
  });
});
