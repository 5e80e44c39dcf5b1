import { openTextNetwork } from '../classify/onnx-text.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { createSentenceEmbedders } from '../search/embed-sentences.ts';
import { readSentenceFolder } from '../search/sentence-folder.ts';
import type { OpenTexts } from '../search/text-embedder.ts';

/**
 * Opens the sentence model in a folder: `model.onnx`, `vocab.txt` and optionally `sentence-model.json`.
 * @throws IngestError `config/invalid` where the folder holds no such model, saying what is wrong with it.
 */
export async function openSentenceModel(folder: string): Promise<OpenTexts> {
  try {
    const read = await readSentenceFolder(folder);
    const network = await openTextNetwork(read.network);
    return { ...createSentenceEmbedders(read, (tokens) => network.embed(tokens)), close: () => network.close() };
  } catch (cause) {
    throw new IngestError('config/invalid', `The sentence model ${folder} cannot be used: ${errorMessage(cause)}`, {
      cause,
    });
  }
}
