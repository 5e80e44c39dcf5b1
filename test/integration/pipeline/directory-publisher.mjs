// A target that is a plain folder: the least that a publisher may be.
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `before` runs at the beginning of each publish and may throw. `folderOf` gives a record's folder below the root. */
export function createDirectoryPublisher(target, root, folderOf, before = () => undefined) {
  return {
    target,
    async publish({ record, folder }) {
      before(record);
      const there = join(root, folderOf(record.id));
      await mkdir(there, { recursive: true });
      const names = [...record.artefacts.map(({ path }) => path), 'record.json'];
      const held = await readFile(join(there, 'record.json'), 'utf8').catch(() => undefined);
      if (held !== undefined && JSON.parse(held).revision > record.revision)
        return { filesSent: 0, filesKept: 0, bytesSent: 0 };
      for (const name of names) {
        await cp(join(folder, name), join(there, `${name}.part`));
        await rename(join(there, `${name}.part`), join(there, name));
      }
      for (const name of await readdir(there)) if (!names.includes(name)) await rm(join(there, name));
      return { filesSent: names.length, filesKept: 0, bytesSent: 0 };
    },
    async withdraw(tombstone) {
      await writeFile(join(root, folderOf(tombstone.id), 'record.json'), JSON.stringify(tombstone));
    },
    close: async () => undefined,
  };
}
