import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { candidateRules, type PictureFormat } from '../../src/watcher/candidate.ts';
import { inboxConflict } from '../../src/watcher/inbox-conflict.ts';
import { type FoundFile, type InboxProblem, listInbox } from '../../src/watcher/list-inbox.ts';

const isRoot = process.getuid?.() === 0;
const isWindows = process.platform === 'win32';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semantiff-inbox-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(name: string, content: string | Buffer = 'x'): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function list(accept: PictureFormat[] = ['tiff'], ignore: string[] = []) {
  const files: FoundFile[] = [];
  const problems: InboxProblem[] = [];
  const context = {
    signal: new AbortController().signal,
    onProblem: (problem: InboxProblem) => problems.push(problem),
  };
  for await (const file of listInbox(folder, { rules: candidateRules(accept, ignore) }, context)) files.push(file);
  return { files, paths: files.map((file) => file.relativePath), problems };
}

describe('listing an inbox', () => {
  it('finds pictures and sidecars in the order of their names, folder by folder, whatever they are called', async () => {
    const names = [
      'b.tif',
      'A.TIFF',
      'a/2.tif',
      'a/10.tif',
      'a/b/c.tif',
      'Probe Ü 1/Körner groß.tif',
      '試料/画像１.tif',
      'b.txt',
    ];
    for (const name of names) await put(name);
    await put('notes.docx');
    await put('scan.jpg');
    const { files, paths, problems } = await list();
    const expected = [
      'A.TIFF',
      'b.tif',
      'b.txt',
      'Probe Ü 1/Körner groß.tif',
      'a/10.tif',
      'a/2.tif',
      'a/b/c.tif',
      '試料/画像１.tif',
    ];
    expect(paths.map((path) => path.normalize('NFC'))).toEqual(expected);
    expect(problems).toEqual([]);
    expect(files[0]).toMatchObject({ kind: 'picture', path: join(folder, 'A.TIFF'), size: 1, sidecars: [] });
    expect(files[1]).toMatchObject({ kind: 'picture', sidecars: [{ path: join(folder, 'b.txt'), size: 1 }] });
    expect(files[2]).toMatchObject({ kind: 'sidecar', pictures: [join(folder, 'b.tif')] });
  });

  it('finds names in both Unicode forms where the file system keeps them apart', async () => {
    await put('ä.tif'.normalize('NFC'));
    await put('ü.tif'.normalize('NFD'));
    const { paths } = await list();
    expect(new Set(paths.map((path) => path.normalize('NFC')))).toEqual(new Set(['ä.tif', 'ü.tif']));
  });

  it('leaves out hidden, temporary, system and user-named files and folders', async () => {
    const names = [
      '.hidden.tif',
      '._a.tif',
      '~$a.tif',
      'a.tif.part',
      '@eaDir/a.tif',
      '.snapshot/a.tif',
      '$RECYCLE.BIN/a.tif',
    ];
    for (const name of [...names, 'old/a.tif', 'kept.tif']) await put(name);
    expect((await list(['tiff'], ['old'])).paths).toEqual(['kept.tif']);
  });

  it('takes JPEG and PNG when they are accepted', async () => {
    for (const name of ['a.JPG', 'b.png', 'c.tif']) await put(name);
    expect((await list(['jpeg', 'png'])).paths).toEqual(['a.JPG', 'b.png']);
  });

  it.skipIf(isWindows)('reports links and does not follow them, not even in circles', async () => {
    await put('a.tif');
    await symlink(folder, join(folder, 'circle'));
    await symlink(join(folder, 'a.tif'), join(folder, 'b.tif'));
    const { paths, problems } = await list();
    expect(paths).toEqual(['a.tif']);
    expect(problems.map(({ code }) => code)).toEqual(['link-not-followed', 'link-not-followed']);
  });

  it.skipIf(isRoot || isWindows)('reports a folder that it may not read, and goes on', async () => {
    await put('a.tif');
    await put('locked/b.tif');
    await put('z/c.tif');
    await chmod(join(folder, 'locked'), 0);
    const { paths, problems } = await list();
    await chmod(join(folder, 'locked'), 0o700);
    expect(paths).toEqual(['a.tif', 'z/c.tif']);
    expect(problems).toMatchObject([{ code: 'folder-unreadable', path: join(folder, 'locked') }]);
    expect(problems[0]?.message).toContain('EACCES');
  });

  it.skipIf(process.platform !== 'linux')(
    'reports a name that is no UTF-8 instead of overlooking the file',
    async () => {
      await writeFile(Buffer.concat([Buffer.from(`${folder}/gr`), Buffer.from([0xfc]), Buffer.from('n.tif')]), 'x');
      const { paths, problems } = await list();
      expect(paths).toEqual([]);
      expect(problems).toMatchObject([{ code: 'name-not-unicode' }]);
    },
  );

  it('rejects with a sentence when the inbox is absent or a file: an offline share is not an empty one', async () => {
    const file = await put('a.tif');
    for (const root of [join(folder, 'gone'), file]) {
      const listing = listInbox(
        root,
        { rules: candidateRules(['tiff']) },
        { signal: new AbortController().signal, onProblem: () => undefined },
      );
      await expect(listing.next()).rejects.toMatchObject({ code: 'watcher/inbox', retryable: true });
    }
  });

  it('rejects when the inbox goes away during the walk', async () => {
    for (let i = 0; i < 5; i++) await put(`inbox/${i}/a.tif`);
    const root = join(folder, 'inbox');
    const context = { signal: new AbortController().signal, onProblem: () => undefined };
    const listing = listInbox(root, { rules: candidateRules(['tiff']) }, context);
    await listing.next();
    await rename(root, join(folder, 'moved'));
    const rest = async () => {
      for await (const file of listing) expect(file.kind).toBe('picture');
    };
    await expect(rest()).rejects.toMatchObject({ code: 'watcher/inbox' });
  });

  it('tolerates files and folders that vanish during the walk', async () => {
    for (const name of ['a.tif', 'b/c.tif', 'd/e.tif']) await put(name);
    const context = { signal: new AbortController().signal, onProblem: () => expect.unreachable() };
    const listing = listInbox(folder, { rules: candidateRules(['tiff']) }, context);
    await listing.next();
    await rm(join(folder, 'b'), { recursive: true });
    expect((await listing.next()).value).toMatchObject({ relativePath: 'd/e.tif' });
    expect((await listing.next()).done).toBe(true);
  });

  it('stops when it is told to', async () => {
    for (const name of ['a.tif', 'b.tif']) await put(name);
    const stopping = new AbortController();
    const listing = listInbox(
      folder,
      { rules: candidateRules(['tiff']) },
      { signal: stopping.signal, onProblem: () => undefined },
    );
    await listing.next();
    stopping.abort();
    await expect(listing.next()).rejects.toBe(stopping.signal.reason);
  });

  it('walks only the folder it is given', async () => {
    for (const name of ['a.tif', 'b/c.tif', 'b/d/e.tif']) await put(name);
    const context = { signal: new AbortController().signal, onProblem: () => undefined };
    const found: string[] = [];
    for await (const file of listInbox(folder, { rules: candidateRules(['tiff']), below: 'b' }, context)) {
      found.push(file.relativePath);
    }
    expect(found).toEqual(['b/c.tif', 'b/d/e.tif']);
  });
});

describe('inbox, REPO and STATE', () => {
  it('may lie side by side, also before they exist, and with names that begin alike', async () => {
    await mkdir(join(folder, 'in'));
    expect(await inboxConflict(join(folder, 'in'), join(folder, 'in-repo/x'), join(folder, 'state'))).toBeUndefined();
  });

  it('may not contain one another, whether they exist or not', async () => {
    const at = (name: string) => join(folder, name);
    await mkdir(at('in'));
    expect(await inboxConflict(at('in'), at('in/repo/new'), at('s'))).toContain('REPO');
    expect(await inboxConflict(at('in'), at('r'), at('in/.state'))).toContain('STATE');
    expect(await inboxConflict(at('in'), folder, at('s'))).toContain('REPO');
    expect(await inboxConflict(at('in'), at('in'), at('s'))).toContain('REPO');
    expect(await inboxConflict(at('in'), at('r/../in/../in/repo'), at('s'))).toContain('REPO');
  });

  it.skipIf(isWindows)('are told apart by what links lead to', async () => {
    await mkdir(join(folder, 'in'));
    await symlink(join(folder, 'in'), join(folder, 'link'));
    expect(await inboxConflict(join(folder, 'in'), join(folder, 'link/repo'), join(folder, 's'))).toContain('REPO');
    expect(await inboxConflict(join(folder, 'link'), join(folder, 'in/repo'), join(folder, 's'))).toContain('REPO');
  });
});
