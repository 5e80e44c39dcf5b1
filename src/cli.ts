#!/usr/bin/env node
import { type Command, type Invocation, parseVerbArguments } from './commands/invocation.ts';
import { overview, usage, VERBS } from './commands/usage.ts';
import { errorMessage, isIngestError } from './domain/errors.ts';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './domain/states.ts';
import { SOFTWARE } from './software.ts';

const LOADERS: Record<string, () => Promise<{ run: Command }>> = {
  init: () => import('./commands/init.ts'),
  backfill: () => import('./commands/backfill.ts'),
  watch: () => import('./commands/watch.ts'),
  search: () => import('./commands/search.ts'),
  status: () => import('./commands/status.ts'),
  retry: () => import('./commands/retry.ts'),
  deliver: () => import('./commands/deliver.ts'),
  reprocess: () => import('./commands/reprocess.ts'),
  index: () => import('./commands/rebuild-index.ts'),
  withdraw: () => import('./commands/withdraw.ts'),
  export: () => import('./commands/export.ts'),
  verify: () => import('./commands/verify.ts'),
  model: () => import('./commands/model.ts'),
  retrain: () => import('./commands/retrain.ts'),
  label: () => import('./commands/label.ts'),
  reclassify: () => import('./commands/reclassify.ts'),
  'review-queue': () => import('./commands/review-queue.ts'),
  doctor: () => import('./commands/doctor.ts'),
  demo: () => import('./commands/demo.ts'),
  worker: () => import('./commands/worker.ts'),
};

process.exitCode = await main(process.argv.slice(2));

async function main([verb, ...rest]: string[]): Promise<number> {
  if (verb === undefined || verb === '--help' || verb === '-h' || verb === 'help') {
    const asked = verb === 'help' ? rest[0] : undefined;
    const spec = asked === undefined ? undefined : VERBS[asked];
    process.stdout.write(asked !== undefined && spec ? usage(asked, spec) : overview(SOFTWARE.version));
    return verb === undefined ? EXIT_USAGE : EXIT_OK;
  }
  if (verb === '--version' || verb === '-V') {
    process.stdout.write(`${SOFTWARE.version}\n`);
    return EXIT_OK;
  }
  try {
    return await runVerb(verb, rest);
  } catch (error) {
    return report(error, verb);
  }
}

async function runVerb(verb: string, argv: string[]): Promise<number> {
  const spec = VERBS[verb];
  const load = LOADERS[verb];
  if (!spec || !load) {
    process.stderr.write(`semantiff: there is no verb "${verb}"; semantiff --help lists them\n`);
    return EXIT_USAGE;
  }
  const { operands, values } = parseVerbArguments(argv, spec);
  if (values['help'] === true) {
    process.stdout.write(usage(verb, spec));
    return EXIT_OK;
  }
  const { run } = await load();
  const invocation: Invocation = {
    verb,
    operands,
    values,
    env: process.env,
    cwd: process.cwd(),
    signal: abortOnSignals(),
  };
  return await run(invocation);
}

/** First SIGINT or SIGTERM: stop politely. Second: at once. The ledger makes both safe. */
function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_FAILED);
    process.stderr.write('semantiff: stopping after the files under way (again: stop at once)\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

function report(error: unknown, verb: string): number {
  if (isIngestError(error)) {
    process.stderr.write(`semantiff ${verb}: ${error.message}\n`);
    return isIngestError(error, 'usage', 'config/invalid') ? EXIT_USAGE : EXIT_FAILED;
  }
  const stack = error instanceof Error ? error.stack : undefined;
  process.stderr.write(`semantiff ${verb}: internal fault: ${stack ?? errorMessage(error)}\n`);
  return EXIT_FAILED;
}
