/**
 * A backbone network that turns grey pictures into embeddings. One suite in test/contract holds for every
 * implementation: order is kept, a batch gives what its pictures give one by one, faults are `classify/inference`.
 */
export interface InferenceBackend {
  readonly name: string;
  /** Numbers in one embedding. */
  readonly embeddingLength: number;
  /** Pixels of a side of the square input. */
  readonly inputSize: number;
  /**
   * Embeds `count` pictures of inputSize x inputSize grey bytes that lie one after the other in `images`, as one batch;
   * gives `count` x `embeddingLength` numbers in the same order. Throws `classify/inference`.
   */
  embed(images: Uint8Array, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}
