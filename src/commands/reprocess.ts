import { IngestError } from '../domain/errors.ts';
import { reprocess, type Stage } from '../pipeline/reprocess.ts';
import { openSession } from '../pipeline/session.ts';
import { idsWhere } from '../search/where.ts';
import { createView, exitCode, summaryText } from './backfill.ts';
import { type Invocation, type OptionValues, text } from './invocation.ts';
import { sessionOptions } from './session-options.ts';
import { loadSettings, places } from './settings.ts';

const STAGES: readonly Stage[] = ['harvest', 'convert', 'classify'];

/** `semantiff reprocess`. */
export async function run(invocation: Invocation): Promise<number> {
  const { values, signal } = invocation;
  const settings = await loadSettings(invocation);
  const stage = stageOf(values);
  const json = values['json'] === true;
  const options = sessionOptions(settings.config);
  const session = await openSession(settings.config, places(settings), 'batch', settings.log, options);
  const view = createView(json);
  const where = text(values, 'where');
  try {
    const summary = await reprocess({
      session,
      signal,
      log: settings.log,
      onReport: view.report,
      onPressure: view.pressure,
      onDelivering: view.delivering,
      all: values['all'] === true,
      ...(stage !== undefined && { stage }),
      ...(where !== undefined && { only: await idsWhere(session.targets.index?.index ?? session.store.index, where) }),
    });
    view.end();
    if (!json) process.stdout.write(summaryText(summary));
    return exitCode(summary);
  } finally {
    view.end();
    await session.close();
  }
}

function stageOf(values: OptionValues): Stage | undefined {
  const asked = text(values, 'stage');
  const stage = STAGES.find((name) => name === asked);
  if (asked === undefined || stage) return stage;
  throw new IngestError('usage', `--stage expects one of ${STAGES.join(', ')}, and received "${asked}"`);
}
