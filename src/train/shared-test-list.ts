import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { withModelsLock } from '../classify/models-lock.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { writeFileAtomic } from '../store/atomic-file.ts';

/** In the user's folder of models. */
export const SHARED_TEST_LIST_FILE = 'test-list.json';

/** A picture that some training held back: it judges models, and those that were trained on it leave it out. */
const TestImage = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  label: z.string().min(1),
  /** Where it was found last: a path, or the id of a record. */
  file: z.string().optional(),
});
export type TestImage = z.infer<typeof TestImage>;

const SharedTestList = z.strictObject({ schemaVersion: z.literal(1), images: z.array(TestImage) });

/** About a million images. */
const MAX_BYTES = 256 * 2 ** 20;

/** The images that models are compared on, by content hash; none where no training held any back. Throws `train/data`. */
export async function readSharedTestList(modelsFolder: string): Promise<TestImage[]> {
  const path = join(modelsFolder, SHARED_TEST_LIST_FILE);
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined) return [];
  if (facts.size > MAX_BYTES) {
    throw new IngestError('train/data', `Reading ${path}, expected at most ${MAX_BYTES} bytes, found ${facts.size}.`);
  }
  try {
    return SharedTestList.parse(JSON.parse(await readFile(path, 'utf8'))).images;
  } catch (cause) {
    const found = cause instanceof z.ZodError ? z.prettifyError(cause) : errorMessage(cause);
    throw new IngestError('train/data', `Reading ${path}, found faults: ${found}`, { cause });
  }
}

/** Adds images to the list; of one that is there already the label and the place are renewed. Gives how many there are. */
export async function extendSharedTestList(modelsFolder: string, images: readonly TestImage[]): Promise<number> {
  return await withModelsLock(modelsFolder, async () => {
    const all = new Map((await readSharedTestList(modelsFolder)).map((image) => [image.sha256, image]));
    for (const image of images) all.set(image.sha256, image);
    const sorted = [...all.values()].toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
    const list: z.infer<typeof SharedTestList> = { schemaVersion: 1, images: sorted };
    const bytes = new TextEncoder().encode(`${JSON.stringify(list, undefined, 1)}\n`);
    await writeFileAtomic(join(modelsFolder, SHARED_TEST_LIST_FILE), bytes, { fsync: true });
    return sorted.length;
  });
}
