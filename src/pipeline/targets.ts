import type { Publisher } from '../publish/publisher.ts';
import type { SearchIndex } from '../search/index-interface.ts';
import type { TargetSpec } from '../store/outbox-row.ts';

/** Where records are delivered to. Without `index` they are findable in the embedded index only. */
export interface Targets {
  publishers: readonly Publisher[];
  /** The index that takes the place of the embedded one, under its name in config, outbox and status. */
  index?: { name: string; index: SearchIndex; close?: () => Promise<void> };
}

/** Makes the configured targets; need not reach them: a target that is away must not keep records from being made. */
export type OpenTargets = () => Promise<Targets>;

/** The targets as the outbox knows them. */
export function targetSpecs({ publishers, index }: Targets): TargetSpec[] {
  return [
    ...publishers.map(({ target }): TargetSpec => ({ name: target, kind: 'publish' })),
    ...(index ? [{ name: index.name, kind: 'index' } satisfies TargetSpec] : []),
  ];
}

/** Lets go of what the targets hold open. */
export async function closeTargets({ publishers, index }: Targets): Promise<void> {
  await Promise.all([...publishers.map(async (publisher) => await publisher.close()), index?.close?.()]);
}
