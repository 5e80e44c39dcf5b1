import { resolve } from 'node:path';
import { type ConfigLeaf, configLeaves } from '../config/leaves.ts';
import { type LoadedConfig, loadConfig, valueFromText } from '../config/load.ts';
import { NEWEST_VERSION } from '../config/schema.ts';
import { IngestError } from '../domain/errors.ts';
import { createLog, type Log } from '../log.ts';
import { defaultStateFolder } from '../store/state-folder.ts';
import { type Invocation, text } from './invocation.ts';
import { VERBS } from './usage.ts';

export interface Settings extends LoadedConfig {
  log: Log;
}

/** The configuration for one call of a verb: its flags over environment, file and defaults. */
export async function loadSettings(invocation: Invocation): Promise<Settings> {
  const file = text(invocation.values, 'config');
  const loaded = await loadConfig({
    flags: flagSettings(invocation),
    env: invocation.env,
    cwd: invocation.cwd,
    ...(file !== undefined && { file }),
  });
  return { ...loaded, log: createLog(loaded.config.log.level, { verb: invocation.verb }) };
}

function flagSettings({ verb, values }: Invocation): Record<string, unknown> {
  const leaves = new Map(configLeaves().map((leaf) => [leaf.path, leaf] as const));
  const settings: Record<string, unknown> = {};
  for (const [name, { setting }] of Object.entries(VERBS[verb]?.options ?? {})) {
    const value = text(values, name);
    if (setting === 'classify.model' && value !== undefined) Object.assign(settings, askedModel(name, value));
    else if (setting !== undefined && value !== undefined)
      settings[setting] = valueFromText(leaves.get(setting) as ConfigLeaf, value);
  }
  if (values['no-classify'] === true) settings['classify.enabled'] = false;
  return settings;
}

/** `NAME` or `NAME/VERSION`; who asks for a model gets it whatever version the config names and whatever is promoted. */
function askedModel(option: string, value: string): Record<string, string> {
  const [model = '', version = NEWEST_VERSION, ...more] = value.split('/');
  if (model !== '' && version !== '' && more.length === 0) {
    return { 'classify.model': model, 'classify.version': version };
  }
  throw new IngestError('usage', `--${option} expects NAME or NAME/VERSION, and received "${value}"`);
}

/** REPO and STATE, absolute. Throws `usage` where no REPO is known. */
export function places({ config }: LoadedConfig): { repo: string; state: string } {
  const { repo, state } = config;
  if (repo === undefined) {
    throw new IngestError('usage', 'where are the records? Say --out REPO, or run semantiff init once');
  }
  return { repo: resolve(repo), state: state === undefined ? defaultStateFolder(resolve(repo)) : resolve(state) };
}
