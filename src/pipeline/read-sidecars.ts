import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage } from '../domain/errors.ts';
import { type Issue, issue } from '../domain/issue.ts';
import { comparableName } from '../metadata/sidecar-content.ts';
import { contextText } from '../metadata/user/merge-user.ts';
import type { StoredRecord } from '../publish/read-record.ts';
import { sha256Hex } from '../store/content-hash.ts';
import type { FileTask } from './protocol.ts';
import { readBounded } from './read-bounded.ts';

export interface SidecarFile {
  name: string;
  bytes: Uint8Array;
  /** What is published instead of the bytes, where something was taken out of them. */
  published?: Uint8Array;
}

/** The sidecars of a picture as bytes. */
export interface SidecarReading {
  sidecars: SidecarFile[];
  issues: Issue[];
  /** Names of those that cannot be read now, and perhaps later. */
  unread: string[];
}

/** Text beside a picture is some kilobytes; larger files are kept out of the record. */
const MAX_SIDECAR_BYTES = 8 * 2 ** 20;

/**
 * Reads the sidecars that stand beside a picture. What the picture's earlier record was made with and has gone since is
 * taken from that record: a sidecar that disappears takes nothing away.
 */
export async function readSidecars(task: FileTask, previous: StoredRecord | undefined): Promise<SidecarReading> {
  const sidecars: SidecarFile[] = [];
  const issues: Issue[] = [];
  const unread: string[] = [];
  for (const { path, name } of task.sidecars) {
    try {
      const bytes = await readBounded(path, MAX_SIDECAR_BYTES + 1);
      if (bytes.length <= MAX_SIDECAR_BYTES) sidecars.push({ name, bytes });
      else issues.push(issue('sidecar-unreadable', `The sidecar ${name} has more than ${MAX_SIDECAR_BYTES} bytes.`));
    } catch (error) {
      unread.push(name);
      issues.push(issue('sidecar-unreadable', `The sidecar ${name} cannot be read: ${errorMessage(error)}`));
    }
  }
  if (previous) sidecars.push(...(await keptSidecars(previous, sidecars)));
  return { sidecars, issues, unread };
}

async function keptSidecars({ record, folder }: StoredRecord, present: readonly SidecarFile[]): Promise<SidecarFile[]> {
  const names = new Set(present.map(({ name }) => comparableName(name)));
  const hashes = new Set(present.map(({ bytes }) => sha256Hex(bytes)));
  const kept: SidecarFile[] = [];
  const artefacts = record.artefacts.filter(({ role }) => role === 'sidecar');
  for (const [i, { name, sha256, bytes }] of record.source.sidecars.entries()) {
    if (names.has(comparableName(name)) || hashes.has(sha256)) continue;
    // Where something was taken out of it, its bytes are others, as many, and its place in the list is the same.
    const artefact = artefacts.find((one) => one.sha256 === sha256) ?? (record.erased && artefacts[i]);
    const copy = artefact && (await readBounded(join(folder, artefact.path), bytes).catch(() => undefined));
    if (copy) kept.push({ name, bytes: copy });
  }
  return kept;
}

/**
 * True when a record does not say what stands beside its picture now: a sidecar that it was not made with, or other words
 * of people. Copies of the same bytes elsewhere have no say, as long as the file that the record is named after is there.
 */
export async function isBehind(
  { record }: StoredRecord,
  task: FileTask,
  sidecars: readonly SidecarFile[],
): Promise<boolean> {
  if (!(await isOwnFile(record.source.path, task))) return false;
  const known = new Set(record.source.sidecars.map(({ sha256 }) => sha256));
  if (sidecars.some(({ bytes }) => !known.has(sha256Hex(bytes)))) return true;
  const issues = record.issues.filter(({ code }) => code === 'user-metadata-invalid');
  const said = contextText({ ...(record.user && { user: record.user }), issues });
  return said !== (task.userContext ? contextText(task.userContext) : '');
}

async function isOwnFile(path: string, task: FileTask): Promise<boolean> {
  if (path === task.relativePath) return true;
  return !(await lstat(join(task.inbox, path)).catch(() => undefined));
}
