import type { Config } from '../config/schema.ts';
import { packageEmbedder } from '../search/meaning.ts';
import type { OpenTexts } from '../search/text-embedder.ts';

/**
 * What texts are embedded with: the sentence model that the config names, else the word vectors of the package. The runtime
 * of networks is loaded only for the former.
 * @throws IngestError `config/invalid` where the folder holds no such model.
 */
export async function textsOf({ search }: Readonly<Config>): Promise<OpenTexts> {
  if (search.sentenceModel === undefined) {
    return { records: packageEmbedder(), queries: packageEmbedder(), close: async () => undefined };
  }
  const pipeline = await import('../pipeline/open-sentence-model.ts');
  return await pipeline.openSentenceModel(search.sentenceModel);
}
