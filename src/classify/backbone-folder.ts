import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage, IngestError, isIngestError } from '../domain/errors.ts';
import { sha256Hex } from '../store/content-hash.ts';
import { writeNewFolder } from '../store/new-folder.ts';
import { BackboneInterface } from './backbone-schema.ts';
import { assertPreprocessing, readChecked } from './model-folder.ts';
import { ModelFile, ModelName, Sha256 } from './model-schema.ts';

export const BACKBONE_JSON = 'backbone.json';

/** `backbone.json`: a network that somebody imported, ready to be trained on. */
const BackboneDescriptor = z.strictObject({
  schemaVersion: z.literal(1),
  name: ModelName,
  ...ModelFile.shape,
  preprocessing: z.string(),
  inputSize: z.int().positive(),
  embeddingLength: z.int().positive(),
  /** Absent: that of the shipped backbones. */
  interface: BackboneInterface.optional(),
  /** The file as it was brought. */
  source: z.strictObject({ file: z.string(), sha256: Sha256 }),
  /** What of the interface is a guess. */
  guessed: z.array(z.string()),
});
export type BackboneDescriptor = z.infer<typeof BackboneDescriptor>;

/** An imported backbone as it lies on disk; its file stays there until it is opened. */
export interface BackboneFolder {
  folder: string;
  descriptor: BackboneDescriptor;
}

/**
 * Writes `ROOT/NAME` with the file of a network and its descriptor, whole or not at all; a name is never written over.
 * Throws `classify/model`.
 */
export async function writeBackboneFolder(
  root: string,
  descriptor: Omit<BackboneDescriptor, 'schemaVersion' | 'sha256'>,
  bytes: Uint8Array,
): Promise<BackboneFolder> {
  const { name, file } = descriptor;
  const folder = join(root, checkedName(name));
  const taken = await stat(folder).catch(() => undefined);
  if (taken !== undefined) {
    throw new IngestError(
      'classify/model',
      `Writing the backbone ${name}, found that this name is taken: choose another.`,
    );
  }
  const whole = BackboneDescriptor.parse({ schemaVersion: 1, sha256: sha256Hex(bytes), ...descriptor });
  const json = new TextEncoder().encode(`${JSON.stringify(whole, undefined, 2)}\n`);
  try {
    await writeNewFolder(folder, { [file]: bytes, [BACKBONE_JSON]: json }, BACKBONE_JSON);
  } catch (cause) {
    if (isIngestError(cause)) throw cause;
    throw new IngestError('classify/model', `Writing the backbone ${name} failed: ${errorMessage(cause)}`, { cause });
  }
  return { folder, descriptor: whole };
}

/** Reads a backbone's descriptor; throws `classify/model` where it is not there, damaged or of another program. */
export async function findBackbone(root: string, name: string): Promise<BackboneFolder> {
  const folder = join(root, checkedName(name));
  let json: string;
  try {
    json = await readFile(join(folder, BACKBONE_JSON), 'utf8');
  } catch (cause) {
    const known = (await backboneNames(root)).join(', ') || 'none';
    throw new IngestError('classify/model', `Looking for the backbone ${name}, found these: ${known}.`, { cause });
  }
  const descriptor = parse(json, folder);
  assertPreprocessing(descriptor, `the backbone ${name}`);
  return { folder, descriptor };
}

/** The file of a backbone; throws `classify/model` where it was changed. */
export async function readBackboneFile({ folder, descriptor }: BackboneFolder): Promise<Uint8Array> {
  return await readChecked(folder, descriptor);
}

/** Names of the imported backbones, sorted; none where there is no such folder. */
export async function backboneNames(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.filter((name) => ModelName.safeParse(name).success).toSorted();
}

function checkedName(name: string): string {
  if (ModelName.safeParse(name).success) return name;
  throw new IngestError(
    'classify/model',
    `Naming a backbone, expected letters, digits, ".", "_" and "-" (64 at most, a letter or digit first), found "${name}".`,
  );
}

function parse(json: string, folder: string): BackboneDescriptor {
  try {
    return BackboneDescriptor.parse(JSON.parse(json));
  } catch (cause) {
    const found = cause instanceof z.ZodError ? z.prettifyError(cause) : errorMessage(cause);
    throw new IngestError('classify/model', `Reading ${BACKBONE_JSON} in ${folder}, found faults: ${found}`, { cause });
  }
}
