import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { type ConfigLeaf, configLeaves } from './leaves.ts';
import { Config } from './schema.ts';

/** Where a setting came from; a file is named. */
export type Origin = 'default' | 'flag' | `env ${string}` | `file ${string}`;

export interface LoadedConfig {
  config: Readonly<Config>;
  /** Origin of each setting, by its dotted name. */
  origins: ReadonlyMap<string, Origin>;
  file?: string;
}

export interface ConfigSources {
  /** Values by dotted name, as typed on the command line. */
  flags: Readonly<Record<string, unknown>>;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** A config file that must exist; otherwise the default names are looked for in `cwd`. */
  file?: string;
}

const DEFAULT_FILES = ['semantiff.config.json', 'semantiff.config.yaml', 'semantiff.config.yml'];
/** Settings that are paths: relative ones are taken from the folder of the file that states them. */
const PATHS = new Set([
  'inbox',
  'repo',
  'state',
  'publish.folder',
  'publish.webdav.passwordFile',
  'publish.webdav.tokenFile',
  'publish.webdav.caFile',
  'index.elasticsearch.passwordFile',
  'index.elasticsearch.apiKeyFile',
  'index.elasticsearch.caFile',
  'search.taxonomy',
  'search.sentenceModel',
]);

/**
 * Merges flag, environment, file and default, in this order of precedence.
 * @throws IngestError `config/invalid` naming every fault with its setting and its origin.
 */
export async function loadConfig(sources: ConfigSources): Promise<LoadedConfig> {
  const file = await readConfigFile(sources);
  const merged: Record<string, unknown> = structuredClone(file?.values ?? {});
  const origins = new Map<string, Origin>();
  for (const leaf of configLeaves()) {
    const [value, origin] = pick(leaf, sources, file);
    origins.set(leaf.path, origin);
    if (value !== undefined) put(merged, leaf.path, value);
  }
  const parsed = Config.safeParse(merged);
  if (!parsed.success) {
    throw new IngestError('config/invalid', `The configuration is not valid:\n${faults(parsed.error, origins)}`);
  }
  return { config: deepFreeze(parsed.data), origins, ...(file && { file: file.path }) };
}

function pick(
  leaf: ConfigLeaf,
  sources: ConfigSources,
  file: { path: string; values: Record<string, unknown> } | undefined,
): [unknown, Origin] {
  const flag = sources.flags[leaf.path];
  if (flag !== undefined) return [absolute(leaf, flag, sources.cwd), 'flag'];
  const text = sources.env[leaf.env];
  if (text !== undefined && text !== '') {
    return [absolute(leaf, valueFromText(leaf, text), sources.cwd), `env ${leaf.env}`];
  }
  const stated = file && get(file.values, leaf.path);
  if (stated !== undefined && leaf.secret) refuseSecret(leaf, file?.path ?? '');
  if (file && stated !== undefined) return [absolute(leaf, stated, dirname(file.path)), `file ${file.path}`];
  return [undefined, 'default'];
}

/** A config file is copied, shown and committed; a secret in it is a secret told. */
function refuseSecret({ path, env }: ConfigLeaf, file: string): never {
  throw new IngestError(
    'config/invalid',
    `The configuration is not valid:\n  ${path}: must not stand in the config file ${file}; put it into the environment variable ${env}, or into a file of its own that ${path}File names`,
  );
}

/** A flag or an environment variable as the type its setting has; what does not fit is left for the schema to refuse. */
export function valueFromText(leaf: ConfigLeaf, text: string): unknown {
  if (leaf.kind === 'list') return text.split(',').map((item) => item.trim());
  if (leaf.kind === 'boolean') return { true: true, '1': true, false: false, '0': false }[text.toLowerCase()] ?? text;
  if (leaf.kind === 'number') return /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
  return text;
}

function absolute(leaf: ConfigLeaf, value: unknown, base: string): unknown {
  return PATHS.has(leaf.path) && typeof value === 'string' ? resolve(base, value) : value;
}

async function readConfigFile(
  sources: ConfigSources,
): Promise<{ path: string; values: Record<string, unknown> } | undefined> {
  const candidates = sources.file === undefined ? DEFAULT_FILES : [sources.file];
  for (const candidate of candidates) {
    const path = resolve(sources.cwd, candidate);
    const text = await readText(path, sources.file !== undefined);
    if (text !== undefined) return { path, values: parseConfigText(path, text) };
  }
  return undefined;
}

async function readText(path: string, required: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (!required && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new IngestError('config/invalid', `The config file ${path} cannot be read: ${errorMessage(cause)}`, {
      cause,
    });
  }
}

function parseConfigText(path: string, text: string): Record<string, unknown> {
  let values: unknown;
  try {
    values = path.endsWith('.json') ? JSON.parse(text) : parseYaml(text);
  } catch (cause) {
    throw new IngestError('config/invalid', `The config file ${path} cannot be parsed: ${errorMessage(cause)}`, {
      cause,
    });
  }
  if (values === null) return {};
  if (typeof values === 'object' && !Array.isArray(values)) return values as Record<string, unknown>;
  throw new IngestError('config/invalid', `The config file ${path} should hold one object of settings.`);
}

function faults(error: z.ZodError, origins: ReadonlyMap<string, Origin>): string {
  return error.issues
    .map((fault) => {
      const path = fault.path.join('.');
      const origin = origins.get(path);
      return `  ${path || '(root)'}: ${fault.message}${origin ? ` (from ${origin})` : ''}`;
    })
    .join('\n');
}

function get(values: Record<string, unknown>, path: string): unknown {
  let here: unknown = values;
  for (const part of path.split('.')) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string, unknown>)[part];
  }
  return here;
}

function put(values: Record<string, unknown>, path: string, value: unknown): void {
  const parts = path.split('.');
  const last = parts.pop() as string;
  let here = values;
  for (const part of parts) {
    const next = here[part];
    here = (typeof next === 'object' && next !== null ? next : (here[part] = {})) as Record<string, unknown>;
  }
  here[last] = value;
}

function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const child of Object.values(value)) if (typeof child === 'object' && child !== null) deepFreeze(child);
  return Object.freeze(value);
}
