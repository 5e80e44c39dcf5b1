import { type FollowSummary, followLabels, followSentences } from '../pipeline/follow-labels.ts';
import { openOutgoing } from '../pipeline/outgoing.ts';
import { sessionOptions } from './session-options.ts';
import { places, type Settings } from './settings.ts';
import { oneLine } from './table.ts';

/**
 * Lets records follow the labels that were just given; targets get them with the next delivery.
 * @throws IngestError `store/locked` while another process works on STATE: a watch lets them follow by itself.
 */
export async function followNow(settings: Settings, signal: AbortSignal): Promise<FollowSummary> {
  const outgoing = await openOutgoing(places(settings), 'record', sessionOptions(settings.config));
  try {
    return await followLabels(outgoing, { signal, log: settings.log });
  } finally {
    await outgoing.close();
  }
}

/** What people are told of it, a sentence a line. */
export function followText(summary: FollowSummary): string {
  return followSentences(summary)
    .map((sentence) => `${oneLine(sentence)}.\n`)
    .join('');
}
