import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isNetworkFileSystem, isUncPath, mountType } from '../../../src/store/file-system-kind.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const MOUNTS = [
  '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
  '40 22 0:31 / /mnt/lab\\040share rw - fuse.sshfs anna@host:/ rw',
  '41 22 0:32 / /mnt/usb rw - fuseblk /dev/sdb1 rw',
  '42 41 0:33 / /mnt/usb rw - nfs4 server:/x rw',
  '',
].join('\n');

describe('the kind of file system', () => {
  it('is that of the innermost mount, the last mounted where two share a point', () => {
    expect(mountType(MOUNTS, '/home/anna')).toBe('ext4');
    expect(mountType(MOUNTS, '/mnt/lab share/in')).toBe('fuse.sshfs');
    expect(mountType(MOUNTS, '/mnt/lab sharer')).toBe('ext4');
    expect(mountType(MOUNTS, '/mnt/usb')).toBe('nfs4');
    expect(mountType('garbage', '/x')).toBeUndefined();
  });

  it('tells a share of Windows from a device path', () => {
    expect(isUncPath('\\\\server\\share\\x')).toBe(true);
    expect(isUncPath('//server/share')).toBe(true);
    expect(isUncPath('\\\\?\\UNC\\server\\share')).toBe(true);
    expect(isUncPath('\\\\?\\C:\\x')).toBe(false);
    expect(isUncPath('C:\\x')).toBe(false);
  });

  it('finds the folder for temporary files local, also for a path below it that does not exist yet', async () => {
    expect(await isNetworkFileSystem(join(temporaryFolder(), 'a', 'b'))).toBe(false);
  });
});
