export type PictureFormat = 'tiff' | 'jpeg' | 'png';

const EXTENSIONS: Readonly<Record<PictureFormat, readonly string[]>> = {
  tiff: ['.tif', '.tiff'],
  jpeg: ['.jpg', '.jpeg'],
  png: ['.png'],
};
/** Hitachi and JEOL write `.txt` beside the picture, Tescan `.hdr`. */
const SIDECAR_EXTENSIONS: readonly string[] = ['.txt', '.hdr'];

/** Files and folders that systems, not microscopes, put into shared folders: NAS indexes, snapshots, recycle bins. */
const SYSTEM_NAMES: ReadonlySet<string> = new Set([
  'thumbs.db',
  'desktop.ini',
  '@eadir',
  '@recycle',
  '@recently-snapshot',
  '#recycle',
  '#snapshot',
  '$recycle.bin',
  'system volume information',
  'lost+found',
]);
/** What copy programs and browsers call a file they have not finished. */
const UNFINISHED_SUFFIXES: readonly string[] = ['.tmp', '.part', '.partial', '.filepart', '.crdownload'];

/** What people say of the pictures of a folder and of the folders below it, in a file of their own. */
const DESCRIPTION_NAMES: ReadonlySet<string> = new Set(['semantiff.yml', 'semantiff.yaml']);

export type FileKind = 'picture' | 'sidecar' | 'description';

export interface CandidateRules {
  /** What a file is by its path below the inbox (with "/"); undefined when it is nothing to us. */
  kindOf: (relativePath: string) => FileKind | undefined;
  /** True when a file or folder is left out, with everything in it. The inbox itself is never asked about. */
  ignores: (relativePath: string) => boolean;
}

/**
 * The rules by which names are chosen. Ignored, files and folders alike: names that begin with "." (hidden, AppleDouble,
 * rsync's temporary files, `.snapshot`) or "~$" (Office locks), names of {@link SYSTEM_NAMES}, unfinished downloads, and
 * whatever `ignore` names. A pattern without "/" is held against each name, one with "/" against the path below the
 * inbox; `*` and `?` stay within a name, `**` does not; case does not matter. Extensions are compared without case.
 */
export function candidateRules(accept: readonly PictureFormat[], ignore: readonly string[] = []): CandidateRules {
  const pictures = new Set(accept.flatMap((format) => EXTENSIONS[format]));
  const byName: RegExp[] = [];
  const byPath: RegExp[] = [];
  for (const pattern of ignore) (pattern.includes('/') ? byPath : byName).push(globPattern(pattern));

  const ignores = (relativePath: string): boolean => {
    const name = baseName(relativePath);
    return (
      isSystemName(name) ||
      byName.some((pattern) => pattern.test(name)) ||
      byPath.some((pattern) => pattern.test(relativePath))
    );
  };
  return {
    ignores,
    kindOf: (relativePath) => {
      const extension = extensionOf(relativePath);
      const isPicture = pictures.has(extension);
      if (DESCRIPTION_NAMES.has(baseName(relativePath)) && !ignores(relativePath)) return 'description';
      if (!isPicture && !SIDECAR_EXTENSIONS.includes(extension)) return undefined;
      if (ignores(relativePath)) return undefined;
      return isPicture ? 'picture' : 'sidecar';
    },
  };
}

/** True when `path`, or a folder that holds it below the inbox, is ignored: for paths that come from outside a walk. */
export function isBelowIgnored(rules: CandidateRules, relativePath: string): boolean {
  for (let end = relativePath.indexOf('/'); end >= 0; end = relativePath.indexOf('/', end + 1)) {
    if (rules.ignores(relativePath.slice(0, end))) return true;
  }
  return rules.ignores(relativePath);
}

function isSystemName(name: string): boolean {
  if (name.startsWith('.') || name.startsWith('~$')) return true;
  const lower = name.toLowerCase();
  return SYSTEM_NAMES.has(lower) || UNFINISHED_SUFFIXES.some((suffix) => lower.endsWith(suffix));
}

function baseName(relativePath: string): string {
  return relativePath.slice(relativePath.lastIndexOf('/') + 1);
}

function extensionOf(relativePath: string): string {
  const dot = relativePath.lastIndexOf('.');
  return dot < 0 ? '' : relativePath.slice(dot).toLowerCase();
}

const GLOB_TOKEN = /\*\*\/|\*+|\?|[^*?]+/g;

function globPattern(pattern: string): RegExp {
  const source = pattern.replace(/^\/+|\/+$/g, '').replace(GLOB_TOKEN, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    return token.startsWith('*') ? '.*' : token.replace(/[\\^$.+()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'isu');
}
