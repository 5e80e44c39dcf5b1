import { resolve } from 'node:path';
import { NORMALISATIONS, type Normalisation } from '../classify/backbone-schema.ts';
import type { InterfaceWishes } from '../classify/choose-interface.ts';
import { INPUT_SIZES } from '../classify/preprocess.ts';
import { IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { type ImportOutcome, importBackbone } from '../pipeline/import-backbone.ts';
import { backbonesFolder } from '../pipeline/training-backbone.ts';
import { demoPictures, picturesBelow } from '../pipeline/try-pictures.ts';
import { type Invocation, type OptionValues, text, wholeNumber } from './invocation.ts';
import { loadSettings, places } from './settings.ts';
import { oneLine } from './table.ts';

/** Pictures of `--try` that are looked at: every pair of them is compared. */
const TRIED_MAX = 64;

/** Pictures of sixteen kinds are far less alike to every network that was tried with what it wants. */
const ALIKE = 0.95;
const ALIKE_HINT =
  'all pictures look nearly the same to this network: perhaps it wants another --normalise, or --output is not its features';

/** `semantiff model import FILE --name NAME`: a network in, a backbone to train on out. */
export async function run(invocation: Invocation): Promise<number> {
  const { values, operands, cwd, signal } = invocation;
  const [file, ...more] = operands;
  const name = text(values, 'name');
  if (file === undefined || more.length > 0 || name === undefined) {
    throw new IngestError('usage', 'which network, and under which name? Say semantiff model import FILE --name NAME');
  }
  const wishes = wishesOf(values);
  const sha256 = hashOf(values);
  const { state } = places(await loadSettings(invocation));
  const tried = text(values, 'try');
  const own = tried === undefined ? [] : await picturesBelow(resolve(cwd, tried), TRIED_MAX);
  const outcome = await importBackbone(
    {
      file: resolve(cwd, file),
      name,
      sha256,
      wishes,
      pictures: [...(await demoPictures()), ...own],
      backbonesFolder: backbonesFolder(state),
    },
    signal,
  );
  process.stdout.write(values['json'] === true ? jsonLine(outcome) : outcomeText(outcome, sha256 !== undefined));
  return EXIT_OK;
}

function hashOf(values: OptionValues): string | undefined {
  const sha256 = text(values, 'sha256');
  if (sha256 === undefined || /^[0-9a-f]{64}$/i.test(sha256)) return sha256;
  throw new IngestError('usage', `--sha256 expects 64 hexadecimal digits, and received "${sha256}"`);
}

/** What the options say of the network; throws `usage`. */
function wishesOf(values: OptionValues): InterfaceWishes {
  const inputSize = wholeNumber(values, 'input-size', INPUT_SIZES.min);
  const layout = oneOf(values, 'layout', ['nchw', 'nhwc'] as const);
  const channels = oneOf(values, 'channels', ['1', '3'] as const);
  const normalise = normalisationOf(text(values, 'normalise'));
  const output = text(values, 'output');
  return {
    ...(inputSize !== undefined && { inputSize }),
    ...(layout && { layout }),
    ...(channels && { channels: channels === '1' ? 1 : 3 }),
    ...(normalise && { normalise }),
    ...(output !== undefined && { output }),
  };
}

function oneOf<Value extends string>(values: OptionValues, name: string, allowed: readonly Value[]): Value | undefined {
  const given = text(values, name);
  const found = allowed.find((one) => one === given);
  if (given === undefined || found !== undefined) return found;
  throw new IngestError('usage', `--${name} expects one of ${allowed.join(', ')}, and received "${given}"`);
}

/** A name, or MEAN/SCALE with one number or three, in grey levels. */
function normalisationOf(given: string | undefined): Normalisation | undefined {
  const named = NORMALISATIONS.find((one) => one === given);
  if (given === undefined || named !== undefined) return named;
  const [mean = [], scale = [], ...more] = given.split('/').map((part) => part.split(',').map(numberOf));
  const isSound = [mean, scale].every((part) => [1, 3].includes(part.length) && part.every(Number.isFinite));
  if (isSound && more.length === 0 && scale.every((one) => one > 0)) return { mean, scale };
  const expected = `one of ${NORMALISATIONS.join(', ')}, or MEAN/SCALE with 1 or 3 numbers each, such as 127.5/127.5`;
  throw new IngestError('usage', `--normalise expects ${expected}, and received "${given}"`);
}

function numberOf(given: string): number {
  return given.trim() === '' ? Number.NaN : Number(given);
}

function jsonLine({ folder, descriptor, trial, found, engine }: ImportOutcome): string {
  return `${JSON.stringify({ ...descriptor, folder, engine, found, trial })}\n`;
}

function outcomeText({ folder, descriptor, trial, found, engine }: ImportOutcome, isChecked: boolean): string {
  const { name, source, inputSize, embeddingLength, guessed } = descriptor;
  const cosine = trial.meanCosine.toFixed(2);
  const lines = [
    `Backbone ${name} in ${folder}`,
    `SHA-256 of ${source.file}: ${source.sha256}${isChecked ? ' (as stated)' : ''}`,
    `${inputSize} x ${inputSize} px in, ${embeddingLength} numbers out, by ${engine}`,
    ...found.map((one) => `found: ${one}`),
    ...guessed.map((one) => `! guessed: ${one}`),
    `Tried on ${trial.pictures} pictures: ${trial.msAPicture.toFixed(1)} ms each, mean cosine between two of them ${cosine}, ${trial.deadNumbers} of ${embeddingLength} numbers the same for all`,
    ...(trial.meanCosine > ALIKE ? [`! ${ALIKE_HINT}`] : []),
    ...trial.unread.map(({ file, reason }) => `! not read: ${file}: ${reason}`),
  ];
  return [...lines.map(oneLine), `Use it: semantiff retrain DIR --backbone ${name}`, ''].join('\n');
}
