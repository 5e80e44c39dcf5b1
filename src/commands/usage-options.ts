/** One option of a verb: how it is typed, and which setting of the config it is, if any. */
export interface OptionSpec {
  /** As `--name`; a value follows unless `flag`. */
  flag?: true;
  short?: string;
  multiple?: true;
  value?: string;
  help: string;
  /** Dotted name of the setting that this option overrides. */
  setting?: string;
}

export interface VerbSpec {
  summary: string;
  operands: string;
  options: Record<string, OptionSpec>;
  examples: string[];
}

/** Options of every verb that knows where records are. */
export const PLACES: Record<string, OptionSpec> = {
  config: { value: 'FILE', help: 'config file (default: semantiff.config.json or .yaml here)' },
  out: { short: 'o', value: 'REPO', help: 'folder of the records', setting: 'repo' },
  state: { value: 'DIR', help: 'folder of ledger and index, on a local disk', setting: 'state' },
  json: { flag: true, help: 'one JSON object a line on stdout' },
  log: { value: 'LEVEL', help: 'log lines on stderr: fatal, error, warn, info, debug, silent', setting: 'log.level' },
};
