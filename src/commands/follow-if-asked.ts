import type { Invocation } from './invocation.ts';
import type { Settings } from './settings.ts';

/**
 * With `--now`: as `followNow`. What makes HDF5 files is loaded only then: that takes longer than to note a label.
 * @throws IngestError as `followNow`.
 */
export async function followIfAsked(invocation: Invocation, settings: Settings): Promise<void> {
  if (invocation.values['now'] !== true || invocation.values['dry-run'] === true) return;
  const { followNow } = await import('./follow-now.ts');
  await followNow(invocation, settings);
}
