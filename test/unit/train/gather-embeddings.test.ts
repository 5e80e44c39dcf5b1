import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import type { Augmentation } from '../../../src/train/augment.ts';
import type { EmbedOutcome } from '../../../src/train/dataset.ts';
import { openEmbeddingCache } from '../../../src/train/embedding-cache.ts';
import { gatherEmbeddings } from '../../../src/train/gather-embeddings.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const KEY = { preprocessing: 'squash224-aa-v1', backboneSha256: 'b'.repeat(64) };

async function* silent(): AsyncGenerator<EmbedOutcome> {}

interface Place {
  file: (name: string, content: string) => { file: string; label: string };
  gather: (images: { file: string; label: string }[]) => Promise<{ asked: string[]; cached: number; files: string[] }>;
}

/** Files of a folder, gathered with a cache in it; `embed` gives the content's length and fails for "broken". */
function place(): Place {
  const folder = temporaryFolder();
  const contents = new Map<string, string>();
  return {
    file(name, content) {
      const file = join(folder, name);
      contents.set(file, content);
      writeFileSync(file, content);
      return { file, label: 'A' };
    },
    async gather(images) {
      const asked: string[] = [];
      async function* embed(files: string[]): AsyncGenerator<EmbedOutcome> {
        asked.push(...files);
        for (const file of files) {
          const content = contents.get(file) ?? '';
          const sha256 = sha256Hex(new TextEncoder().encode(content));
          yield content === 'broken'
            ? { file, error: 'it is no picture' }
            : { file, sha256, embedding: Float32Array.of(content.length) };
        }
      }
      const cache = openEmbeddingCache(join(folder, 'cache'), KEY);
      const { embedded, cached } = await gatherEmbeddings(images, cache, embed);
      await cache.close();
      const files = [...embedded].flatMap(([file, found]) => ('embedding' in found ? [file] : []));
      return { asked, cached, files };
    },
  };
}

describe('gathering embeddings', () => {
  it('embeds nothing a second time, not even under another name', async () => {
    const { file, gather } = place();
    const images = [file('1.jpg', 'one'), file('2.jpg', 'two')];
    expect((await gather(images)).asked).toHaveLength(2);
    const again = await gather([...images, file('moved 試料.jpg', 'one')]);
    expect(again.asked).toEqual([]);
    expect(again.cached).toBe(3);
  });

  it('embeds one of several copies', async () => {
    const { file, gather } = place();
    const { asked, files } = await gather([file('1.jpg', 'same'), file('2.jpg', 'same')]);
    expect(asked).toHaveLength(1);
    expect(files).toHaveLength(2);
  });

  it('keeps what is broken or gone out, and asks about what is broken again', async () => {
    const { file, gather } = place();
    const images = [
      file('1.jpg', 'fine'),
      file('2.jpg', 'broken'),
      { file: join(temporaryFolder(), 'gone.jpg'), label: 'A' },
    ];
    expect((await gather(images)).files).toEqual([images[0]?.file]);
    expect((await gather(images)).asked).toEqual([images[1]?.file]);
  });

  it('says so when a file got no answer', async () => {
    const { file } = place();
    const cache = openEmbeddingCache(temporaryFolder(), KEY);
    await expect(gatherEmbeddings([file('1.jpg', 'x')], cache, silent)).rejects.toMatchObject({ code: 'train/model' });
  });

  it('keeps the views of a picture apart, and embeds a file again only where one of them is missing', async () => {
    const { file } = place();
    const folder = temporaryFolder();
    const images = [file('1.jpg', 'one')];
    const asked: string[][] = [];
    async function* embed(files: string[], names: readonly Augmentation[]): AsyncGenerator<EmbedOutcome> {
      asked.push([...names]);
      const sha256 = sha256Hex(new TextEncoder().encode('one'));
      const variants = new Map(names.map((name) => [name, Float32Array.of(name.length)] as const));
      for (const one of files) yield { file: one, sha256, embedding: Float32Array.of(1), variants };
    }
    const gather = async (...names: Augmentation[]) => {
      const open = (name: string) => openEmbeddingCache(folder, { ...KEY, preprocessing: name });
      const cache = open('plain');
      const variants = new Map(names.map((name) => [name, open(`plain+${name}`)] as const));
      const { embedded, cached } = await gatherEmbeddings(images, cache, embed, undefined, variants);
      for (const one of [cache, ...variants.values()]) await one.close();
      const [found] = embedded.values();
      return { cached, variants: found && 'variants' in found ? found.variants?.map((view) => view[0]) : [] };
    };
    expect(await gather('flip-x', 'turn-180')).toEqual({ cached: 0, variants: [6, 8] });
    expect(await gather('flip-x', 'turn-180')).toEqual({ cached: 1, variants: [6, 8] });
    expect((await gather()).cached).toBe(1);
    expect(asked).toEqual([['flip-x', 'turn-180']]);
    expect(await gather('flip-y')).toEqual({ cached: 0, variants: [6] });
    expect(asked).toHaveLength(2);
  });
});
