import { existsSync } from 'node:fs';
import { readFile, realpath, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** `f_type` of statfs(2) for file systems that live on another computer (linux/magic.h and the file systems' headers). */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x19830326, 'BeeGFS'],
  [0x7461636f, 'OCFS2'],
  [0x01161970, 'GFS2'],
  [0x73757245, 'Coda'],
  [0x564c, 'NCP'],
]);
const FUSE = 0x65735546;
/** FUSE carries local disks too (NTFS, exFAT, encrypted folders); every other kind is taken for remote. */
const LOCAL_FUSE =
  /^(fuseblk|fuse\.(ntfs|exfat|gocryptfs|encfs|cryfs|mergerfs|unionfs|bindfs|fuse-overlayfs|lxcfs|vmhgfs).*)$/;

export interface FileSystemKind {
  network: boolean;
  /** Name of the file system for a message, such as `NFS` or `fuse.sshfs`; `local` where nothing speaks against it. */
  name: string;
}

/**
 * Says whether `path` (or, where it does not exist yet, its nearest existing parent) lies on a network file system:
 * SQLite's write-ahead log would corrupt there. Linux: by the type of the file system; Windows: UNC paths and drives
 * mapped to them; elsewhere best effort.
 */
export async function fileSystemKind(path: string): Promise<FileSystemKind> {
  const existing = nearestExisting(resolve(path));
  if (process.platform === 'win32') return windowsKind(path, existing);
  const { type } = await statfs(existing);
  if (process.platform !== 'linux') return { network: false, name: 'local' };
  if (type >>> 0 === FUSE) return fuseKind(mountType(await readFile('/proc/self/mountinfo', 'utf8'), existing));
  const name = NETWORK_TYPES.get(type >>> 0);
  return { network: name !== undefined, name: name ?? 'local' };
}

/** True where {@link fileSystemKind} finds a network file system. */
export async function isNetworkFileSystem(path: string): Promise<boolean> {
  return (await fileSystemKind(path)).network;
}

/** True for `\\server\share` and `//server/share`, also as `\\?\UNC\server\share`; not for `\\?\C:\` and `\\.\pipe`. */
export function isUncPath(path: string): boolean {
  const slashed = path.replaceAll('/', '\\');
  if (/^\\\\[?.]\\/.test(slashed)) return /^\\\\\?\\UNC\\/i.test(slashed);
  return /^\\\\[^\\]+\\[^\\]/.test(slashed);
}

async function windowsKind(path: string, existing: string): Promise<FileSystemKind> {
  // The native realpath follows a mapped drive letter to its share.
  const real = await realpath(existing).catch(() => existing);
  const network = isUncPath(path) || isUncPath(real);
  return { network, name: network ? 'SMB' : 'local' };
}

function fuseKind(mounted: string | undefined): FileSystemKind {
  const name = mounted ?? 'fuse';
  return { network: !LOCAL_FUSE.test(name), name };
}

/**
 * The file system type of the mount that holds `path`, read from the text of /proc/self/mountinfo (proc(5): the fifth
 * field is the mount point with spaces as \040, the first behind " - " the type; of equal mount points the last counts).
 */
export function mountType(mountinfo: string, path: string): string | undefined {
  let best: { point: string; type: string } | undefined;
  for (const line of mountinfo.split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const field = left.split(' ')[4];
    const type = right.split(' ')[0];
    if (field === undefined || type === undefined || type === '') continue;
    const point = field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const holds = point === '/' || path === point || path.startsWith(`${point}/`);
    if (holds && point.length >= (best?.point.length ?? 0)) best = { point, type };
  }
  return best?.type;
}

function nearestExisting(path: string): string {
  let current = path;
  while (!existsSync(current) && dirname(current) !== current) current = dirname(current);
  return current;
}
