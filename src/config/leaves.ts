import { z } from 'zod';
import { Config } from './schema.ts';

/** One setting: its dotted name, its environment variable, and how a text becomes its value. */
export interface ConfigLeaf {
  path: string;
  env: string;
  kind: 'text' | 'number' | 'boolean' | 'list';
  description: string;
  type: string;
  fallback: string;
  /** True for a password or key: refused in the config file. */
  secret: boolean;
}

interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  enum?: string[];
  description?: string;
  default?: unknown;
  /** Said by `meta` in the schema. */
  secret?: boolean;
}

/** Every setting of {@link Config}, read from the schema itself, in its order. */
export function configLeaves(): ConfigLeaf[] {
  return [...leavesOf(z.toJSONSchema(Config, { io: 'input' }) as JsonSchema, [])];
}

function* leavesOf(schema: JsonSchema, path: string[]): Generator<ConfigLeaf> {
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    if (child.properties) yield* leavesOf(child, [...path, name]);
    else yield leaf(child, [...path, name]);
  }
}

function leaf(schema: JsonSchema, path: string[]): ConfigLeaf {
  return {
    path: path.join('.'),
    env: `SEMANTIFF_${path
      .map((part) =>
        part
          .replace(/([MG])iB/, '$1ib')
          .replace(/[A-Z]/g, '_$&')
          .toUpperCase(),
      )
      .join('_')}`,
    kind: kindOf(schema),
    description: schema.description ?? '',
    type:
      schema.enum?.join(' | ') ??
      (schema.items?.enum
        ? `list of ${schema.items.enum.join(', ')}`
        : schema.secret
          ? 'secret'
          : (schema.type ?? 'text')),
    fallback: schema.default === undefined ? '' : JSON.stringify(schema.default),
    secret: schema.secret === true,
  };
}

function kindOf(schema: JsonSchema): ConfigLeaf['kind'] {
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.type === 'boolean') return 'boolean';
  return schema.type === 'array' ? 'list' : 'text';
}
