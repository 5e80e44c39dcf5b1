import { writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline/promises';
import { stringify } from 'yaml';
import { loadConfig } from '../config/load.ts';
import { IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { type Invocation, text } from './invocation.ts';

const DEFAULT_FILE = 'semantiff.config.yaml';

interface Answers {
  inbox: string;
  repo: string;
  instrument: string;
  timeZone: string;
}

/** Writes a config file from flags and answers; never over an existing one. */
export async function run(invocation: Invocation): Promise<number> {
  const file = resolve(invocation.cwd, text(invocation.values, 'file') ?? DEFAULT_FILE);
  const answers = await collect(invocation);
  const config = {
    inbox: shown(answers.inbox, invocation.cwd),
    repo: shown(answers.repo, invocation.cwd),
    instrument: { ...(answers.instrument !== '' && { id: answers.instrument }), timeZone: answers.timeZone },
  };
  await loadConfig({
    flags: { 'instrument.timeZone': answers.timeZone },
    env: {},
    cwd: invocation.cwd,
  }).catch((error: unknown) => {
    throw new IngestError('usage', `the answers do not make a valid config: ${String(error)}`);
  });
  try {
    await writeFile(file, `# semantiff: see docs/configuration.md for every setting\n${stringify(config)}`, {
      flag: 'wx',
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new IngestError('usage', `${file} is already there; remove it first, or name another with --file`);
  }
  process.stdout.write(`Wrote ${file}.\nNext: semantiff doctor, then semantiff backfill ${config.inbox}\n`);
  return EXIT_OK;
}

async function collect({ values, cwd }: Invocation): Promise<Answers> {
  const ask = values['yes'] === true || !process.stdin.isTTY ? undefined : askOnTerminal();
  const answer = async (flag: string, question: string, fallback: string): Promise<string> =>
    text(values, flag) ?? (await ask?.question(question, fallback)) ?? fallback;
  try {
    return {
      inbox: resolve(cwd, await answer('inbox', 'Folder the microscope writes to', 'inbox')),
      repo: resolve(cwd, await answer('out', 'Folder for the records', 'records')),
      instrument: await answer('instrument', 'Your name for the instrument (may stay empty)', ''),
      timeZone: await answer(
        'time-zone',
        'Time zone of the microscope',
        Intl.DateTimeFormat().resolvedOptions().timeZone,
      ),
    };
  } finally {
    ask?.close();
  }
}

function askOnTerminal(): { question: (text: string, fallback: string) => Promise<string>; close: () => void } {
  const terminal: Interface = createInterface({ input: process.stdin, output: process.stderr });
  return {
    question: async (question, fallback) => (await terminal.question(`${question} [${fallback}]: `)).trim() || fallback,
    close: () => terminal.close(),
  };
}

/** Paths below the config file stay relative, so that the folder can be moved as a whole. */
function shown(path: string, cwd: string): string {
  const below = relative(cwd, path);
  return below === '' || below.startsWith('..') ? path : below;
}
