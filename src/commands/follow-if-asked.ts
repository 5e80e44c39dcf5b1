import type { Invocation, OptionValues } from './invocation.ts';
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

/** When records follow that got `count` labels; empty where none did, or where they follow at once. */
export function whenTheyFollow(count: number, values: OptionValues): string {
  if (count === 0 || values['now'] === true || values['dry-run'] === true) return '';
  return 'Their records follow with the next backfill or deliver, or while watch runs.\n';
}
