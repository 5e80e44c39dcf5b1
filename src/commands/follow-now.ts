import { followLabels, followSentences } from '../pipeline/follow-labels.ts';
import { openOutgoing } from '../pipeline/outgoing.ts';
import type { Invocation } from './invocation.ts';
import { sessionOptions } from './session-options.ts';
import { places, type Settings } from './settings.ts';
import { oneLine } from './table.ts';

/**
 * Records follow the labels that were just given, and people are told so; targets get them with the next
 * delivery.
 * @throws IngestError `store/locked` while another process works on STATE: the labels are noted, and a watch lets their
 * records follow by itself.
 */
export async function followNow({ values, signal }: Invocation, settings: Settings): Promise<void> {
  const outgoing = await openOutgoing(places(settings), 'record', sessionOptions(settings.config));
  try {
    const sentences = followSentences(await followLabels(outgoing, { signal, log: settings.log }));
    if (values['json'] !== true) process.stdout.write(sentences.map((one) => `${oneLine(one)}.\n`).join(''));
  } finally {
    await outgoing.close();
  }
}
