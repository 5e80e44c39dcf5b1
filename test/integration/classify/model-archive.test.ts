import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { describe, expect, it } from 'vitest';
import { importModel } from '../../../src/classify/import-archive.ts';
import { exportModel } from '../../../src/classify/model-archive.ts';
import type { ModelFolder } from '../../../src/classify/model-folder.ts';
import { listModels } from '../../../src/classify/model-store.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { writeTinyModel } from '../../builders/tiny-model.ts';

const SHIPPED = resolve(import.meta.dirname, '../../../models');

interface Entry {
  path: string;
  content?: Uint8Array | string;
  type?: 'File' | 'SymbolicLink' | 'Link' | 'Directory';
  linkpath?: string;
  /** Of the header, in place of the true one. */
  size?: number;
}

/** A tar of these entries, however wrong they are. */
function tarOf(entries: readonly Entry[]): Buffer {
  const blocks: Buffer[] = [];
  for (const { path, content = '', type = 'File', linkpath, size } of entries) {
    const bytes = Buffer.from(content);
    const header = new Header({
      path,
      type,
      mode: 0o644,
      size: size ?? bytes.length,
      ...(linkpath !== undefined && { linkpath }),
    });
    const block = Buffer.alloc(512);
    header.encode(block);
    blocks.push(block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The entries of a sound archive of a model. */
function entriesOf({ folder, ref }: ModelFolder, replaced: Record<string, Buffer> = {}): Entry[] {
  const files = readdirSync(folder).map((path) => ({
    path,
    content: replaced[path] ?? readFileSync(join(folder, path)),
  }));
  const checksums = {
    schemaVersion: 1,
    name: ref.name,
    version: ref.version,
    files: files.map(({ path, content }) => ({ path, bytes: content.length, sha256: sha256(content) })),
  };
  return [
    { path: 'checksums.json', content: JSON.stringify(checksums) },
    ...files.map(({ path, content }) => ({ path: `${ref.name}/${ref.version}/${path}`, content })),
  ];
}

async function places(): Promise<{ model: ModelFolder; models: string; archive: string; outside: string }> {
  const folder = temporaryFolder();
  const trainedOn = [sha256('picture')];
  const model = await writeTinyModel(join(folder, 'from'), {
    name: 'lab',
    version: '3',
    labels: ['a', 'b'],
    trainedOn,
  });
  writeFileSync(join(model.folder, 'card.md'), '# lab 3\n');
  const models = join(folder, 'state', 'models');
  mkdirSync(models, { recursive: true });
  return { model, models, archive: join(folder, 'lab.tar'), outside: folder };
}

/** Every file below a folder with its content. */
function contents(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [path.slice(folder.length + 1), sha256(readFileSync(path))]));
}

describe('a model in an archive', () => {
  it('is the same model where it is taken in, and the same archive again', async () => {
    const { model, models, archive } = await places();
    const { ref } = await exportModel(model.folder, archive);
    expect(ref).toEqual(model.ref);
    const taken = await importModel(archive, [models]);
    expect(taken).toEqual({ ref: model.ref, folder: join(models, 'lab', '3'), existed: false });
    expect(contents(taken.folder)).toEqual(contents(model.folder));
    expect(readdirSync(models)).toEqual(['lab']);
    const again = `${archive}.2`;
    await exportModel(taken.folder, again);
    expect(readFileSync(again)).toEqual(readFileSync(archive));
  });

  it('is taken in for the model that comes with the program, too', async () => {
    const { models, archive } = await places();
    await exportModel(join(SHIPPED, 'nffa-sem-small', '1'), archive);
    expect(await importModel(archive, [models])).toMatchObject({ existed: false });
    expect(await importModel(archive, [join(models, 'other'), SHIPPED])).toMatchObject({
      existed: true,
      folder: join(SHIPPED, 'nffa-sem-small', '1'),
    });
  });

  it('is not written twice, and never over another one', async () => {
    const { model, models, archive } = await places();
    await exportModel(model.folder, archive);
    await importModel(archive, [models]);
    expect(await importModel(archive, [models])).toMatchObject({ existed: true });
    appendFileSync(join(models, 'lab', '3', 'card.md'), 'changed');
    const before = contents(models);
    await expect(importModel(archive, [models])).rejects.toThrow(/found another one/);
    expect(contents(models)).toEqual(before);
  });

  it('is not written over a file', async () => {
    const { model, archive } = await places();
    writeFileSync(archive, 'precious');
    await expect(exportModel(model.folder, archive)).rejects.toMatchObject({ code: 'store/io' });
    expect(readFileSync(archive, 'utf8')).toBe('precious');
  });
});

describe('an archive that is refused', () => {
  async function refused(bytes: Uint8Array, message: RegExp, limits = {}): Promise<void> {
    const { models, archive, outside } = await places();
    writeFileSync(archive, bytes);
    const before = contents(outside);
    await expect(importModel(archive, [models], limits)).rejects.toMatchObject({
      code: 'classify/model',
      message: expect.stringMatching(message),
    });
    expect(contents(outside)).toEqual(before);
    expect(await listModels([models])).toEqual([]);
    expect(readdirSync(models)).toEqual([]);
  }

  it.each(['backbone.onnx', 'head.bin', 'training.json', 'card.md', 'model.json'])(
    'has a changed byte in %s',
    async (name) => {
      const { model } = await places();
      const entries = entriesOf(model);
      const entry = entries.find(({ path }) => path.endsWith(`/${name}`)) as Entry;
      const bytes = Buffer.from(entry.content as Uint8Array);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      entry.content = bytes;
      await refused(tarOf(entries), /it is damaged/);
    },
  );

  it.each([
    '../evil.txt',
    'lab/3/../../../evil.txt',
    '/tmp/semantiff-evil.txt',
    'lab\\3\\..\\..\\evil.txt',
    'C:/evil.txt',
    'lab/3/.hidden',
    'lab//3/x',
    `lab/3/${'a/'.repeat(9)}b`,
  ])('has the path %s', async (path) => {
    const { model } = await places();
    await refused(tarOf([...entriesOf(model), { path, content: 'evil' }]), /expected paths of plain names/);
    expect(existsSync('/tmp/semantiff-evil.txt')).toBe(false);
  });

  it.each(['SymbolicLink', 'Link'] as const)('has a %s in it', async (type) => {
    const { model } = await places();
    const link: Entry = { path: 'lab/3/link', type, linkpath: '../../../..' };
    const [checksums, ...files] = entriesOf(model);
    await refused(tarOf([checksums as Entry, link, ...files]), /expected files only/);
  });

  it('has a file twice, also in other letters', async () => {
    const { model } = await places();
    const entries = entriesOf(model);
    await refused(tarOf([...entries, { path: 'lab/3/HEAD.bin', content: 'x' }]), /twice/);
  });

  it('has a file that its checksums do not list, or lacks one', async () => {
    const { model } = await places();
    const entries = entriesOf(model);
    await refused(tarOf([...entries, { path: 'lab/3/more.bin', content: 'x' }]), /found lab\/3\/more.bin/);
    await refused(tarOf(entries.filter(({ path }) => !path.endsWith('card.md'))), /card.md in it, found none/);
    await refused(tarOf(entries.slice(1)), /checksums.json in it, found none/);
  });

  it('ends before its end', async () => {
    const { model } = await places();
    const whole = tarOf(entriesOf(model));
    await refused(whole.subarray(0, whole.length >> 1), /expected a whole tar/);
  });

  it('is no tar, or a compressed one', async () => {
    const { model } = await places();
    await refused(Buffer.from('this is text'), /expected a plain tar/);
    await refused(Buffer.alloc(0), /expected a plain tar/);
    await refused(gzipSync(tarOf(entriesOf(model))), /expected a plain tar/);
  });

  it('is larger than a model may be', async () => {
    const { model } = await places();
    const bytes = tarOf(entriesOf(model));
    await refused(bytes, /files of at most 1000 bytes/, { fileBytes: 1000 });
    await refused(bytes, /at most 900000 bytes in all|at most 100000 bytes in all/, { totalBytes: 100_000 });
    await refused(bytes, /at most 3 files/, { files: 3 });
    const promised: Entry = { path: 'lab/3/large.bin', size: 2 ** 33 };
    await refused(tarOf([promised]), /of 8589934592/);
  });

  it('holds a model under another name than its own', async () => {
    const { model } = await places();
    const other = { ...model, ref: { ...model.ref, name: 'nffa-sem-small', version: '1' } };
    await refused(tarOf(entriesOf(other)), /found that of lab 3/);
  });

  it('holds a network that does not load', async () => {
    const { model } = await places();
    const network = Buffer.from('no network');
    const manifest = JSON.parse(readFileSync(join(model.folder, 'model.json'), 'utf8')) as {
      backbone: { sha256: string };
    };
    manifest.backbone.sha256 = sha256(network);
    const replaced = { 'backbone.onnx': network, 'model.json': Buffer.from(JSON.stringify(manifest)) };
    await refused(tarOf(entriesOf(model, replaced)), /.+/);
  });

  it('cannot be read', async () => {
    const { models, outside } = await places();
    await expect(importModel(join(outside, 'none.tar'), [models])).rejects.toMatchObject({ code: 'classify/model' });
  });
});
