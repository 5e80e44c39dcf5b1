import { type BackboneFolder, writeBackboneFolder } from '../classify/backbone-folder.ts';
import { backboneFile } from '../classify/backbone-schema.ts';
import { type InterfaceWishes, isDefaultInterface } from '../classify/choose-interface.ts';
import { importNetwork } from '../classify/import-network.ts';
import { preprocessingOf } from '../classify/preprocess.ts';
import { readNetworkFile } from '../classify/read-network-file.ts';
import { type BackboneTrial, tryBackbone } from './try-backbone.ts';

export interface BackboneImport {
  /** ONNX file, model.json of TensorFlow.js, or its folder. */
  file: string;
  name: string;
  /** What the file is to be. */
  sha256?: string | undefined;
  wishes: InterfaceWishes;
  /** Pictures that it is tried on. */
  pictures: readonly string[];
  /** Folder of the imported backbones. */
  backbonesFolder: string;
}

export interface ImportOutcome extends BackboneFolder {
  trial: BackboneTrial;
  /** What the network says of itself. */
  found: string[];
  /** Of the runtime that opened it. */
  engine: string;
}

/**
 * Takes a network that somebody brings as a backbone: checks its hash, finds its interface, tries it on real pictures and
 * writes it as a folder. Throws `classify/model` where it cannot be used; then nothing is written.
 */
export async function importBackbone(input: BackboneImport, signal: AbortSignal): Promise<ImportOutcome> {
  const source = await readNetworkFile(input.file, input.sha256);
  const { bytes, interface: face, backend, found, guessed } = await importNetwork(source, input.wishes);
  try {
    const { inputSize, embeddingLength, name: engine } = backend;
    const trial = await tryBackbone(backend, input.pictures, signal);
    const written = await writeBackboneFolder(
      input.backbonesFolder,
      {
        name: input.name,
        file: backboneFile(face),
        preprocessing: preprocessingOf(inputSize),
        inputSize,
        embeddingLength,
        ...(!isDefaultInterface(face) && { interface: face }),
        source: { file: source.file, sha256: source.sha256 },
        guessed,
      },
      bytes,
    );
    return { ...written, trial, found, engine };
  } finally {
    await backend.close();
  }
}
