import { IngestError } from '../../src/domain/errors.ts';
import type { ContentHash } from '../../src/domain/ids.ts';
import type { MicrographRecord } from '../../src/domain/record.ts';
import type { Tombstone } from '../../src/domain/tombstone.ts';
import type { PublishedRecord, Publisher, PublishOptions } from '../../src/publish/publisher.ts';
import type { StoredRecord } from '../../src/publish/read-record.ts';

export interface MemoryPublisher extends Publisher {
  /** What stands on the target. */
  readonly held: Map<ContentHash, PublishedRecord>;
  /** Ids of all calls of `publish`, in order. */
  readonly calls: ContentHash[];
  /** Most calls that were under way at once. */
  readonly mostAtOnce: number;
}

/** A target in memory. `before` runs at the beginning of each `publish` and may throw what a real target would. */
export function createMemoryPublisher(
  target: string,
  before: (record: StoredRecord, options: PublishOptions) => Promise<void> | void = () => undefined,
): MemoryPublisher {
  const held = new Map<ContentHash, PublishedRecord>();
  const records = new Map<ContentHash, MicrographRecord>();
  const calls: ContentHash[] = [];
  let underWay = 0;
  let mostAtOnce = 0;
  const none = { filesSent: 0, filesKept: 0, bytesSent: 0 };
  return {
    target,
    held,
    calls,
    get mostAtOnce() {
      return mostAtOnce;
    },
    async publish(stored, options) {
      const { id, revision, artefacts } = stored.record;
      calls.push(id);
      mostAtOnce = Math.max(mostAtOnce, ++underWay);
      try {
        await before(stored, options);
        if (options.signal.aborted) throw new IngestError('pipeline/aborted', 'stopped');
      } finally {
        underWay -= 1;
      }
      const there = held.get(id);
      if (there && (there.withdrawn || (there.revision ?? 0) > revision)) return none;
      const files = artefacts.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
      held.set(id, { id, revision, withdrawn: false, files });
      records.set(id, stored.record);
      return { ...none, filesSent: files.length };
    },
    inspect: async (id) => held.get(id),
    async withdraw({ id, revision }: Tombstone) {
      held.set(id, { id, revision, withdrawn: true, files: [] });
      records.delete(id);
    },
    read: async (id) => {
      const record = records.get(id);
      return record && { record };
    },
    async *list() {
      yield* held.keys();
    },
    check: async () => 'it is memory',
    close: async () => undefined,
  };
}
