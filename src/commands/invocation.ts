import { type ParseArgsConfig, parseArgs } from 'node:util';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { VerbSpec } from './usage-options.ts';

export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** What a verb is called with. Commands write results through `print`, and return the exit code. */
export interface Invocation {
  verb: string;
  operands: string[];
  values: OptionValues;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  signal: AbortSignal;
}

export type Command = (invocation: Invocation) => Promise<number>;

/**
 * Parses what follows the verb.
 * @throws IngestError `usage` for an unknown option or a missing value.
 */
export function parseVerbArguments(argv: string[], spec: VerbSpec): { operands: string[]; values: OptionValues } {
  const options: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean', short: 'h' } };
  for (const [name, option] of Object.entries(spec.options)) {
    options[name] = {
      type: option.flag ? 'boolean' : 'string',
      ...(option.short !== undefined && { short: option.short }),
      ...(option.multiple && { multiple: true }),
    };
  }
  try {
    const { positionals, values } = parseArgs({ args: argv, options, allowPositionals: true });
    return { operands: positionals, values };
  } catch (error) {
    throw new IngestError('usage', errorMessage(error).split('. To specify')[0] ?? 'wrong use');
  }
}

/** A text option, or undefined. */
export function text(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * A whole number of at least `min`, or undefined when the option is not given.
 * @throws IngestError `usage`
 */
export function wholeNumber(values: OptionValues, name: string, min: number): number | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value) && Number(value) >= min) return Number(value);
  throw new IngestError('usage', `--${name} expects a whole number of at least ${min}, and received "${value}"`);
}
