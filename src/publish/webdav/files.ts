import { createHash } from 'node:crypto';
import type { PlacedEntry } from '../place.ts';
import type { StallWatch } from '../stall-watch.ts';
import { ASK_FOR_CHECKSUM, checksumsOfHead, parseOwncloud, type StatedChecksum } from './checksums.ts';
import { refusedFault } from './faults.ts';
import type { Answer, WebdavLink } from './link.ts';
import { type Multistatus, readChecksumTexts, readEntries } from './multistatus.ts';

/** Understands the XML of a 207; rejects where it is none. */
export type ParseMultistatus = (xml: string) => Promise<Multistatus>;

/** The requests that read and remove. Paths of collections are given without their closing slash. */
export interface WebdavFiles {
  /** What is in a collection (Depth 1; both servers refuse more); undefined when it is not there. */
  entries(folder: string, signal: AbortSignal): Promise<PlacedEntry[] | undefined>;
  /** One file or collection; undefined when it is not there. */
  stat(path: string, signal: AbortSignal): Promise<PlacedEntry | undefined>;
  isCollection(path: string, signal: AbortSignal): Promise<boolean>;
  read(path: string, signal: AbortSignal): Promise<Buffer | undefined>;
  sha256(path: string, signal: AbortSignal): Promise<string | undefined>;
  checksums(path: string, signal: AbortSignal): Promise<StatedChecksum[]>;
  remove(path: string, signal: AbortSignal): Promise<void>;
}

/** A record.json is some 100 KiB; a listing of a record's collection a few. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;
const ASK_OC_CHECKSUMS =
  '<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><oc:checksums/></d:prop></d:propfind>';

export function createFiles(link: WebdavLink, parse: ParseMultistatus): WebdavFiles {
  async function propfind(
    path: string,
    depth: '0' | '1',
    signal: AbortSignal,
    body?: string,
  ): Promise<Multistatus | undefined> {
    const asked = { method: 'PROPFIND', path };
    return link.request({
      ...asked,
      headers: {
        Depth: depth,
        Accept: 'application/xml, text/xml',
        ...(body && { 'Content-Type': 'application/xml' }),
      },
      ...(body && { body: () => Buffer.from(body) }),
      signal,
      expected: [404],
      take: async (answer, watch) => {
        if (answer.status === 404) return undefined;
        const text = (await readAll(answer, watch)).toString('utf8');
        return parse(text).catch(() => {
          throw refusedFault(asked, `the answer ${answer.status} is no WebDAV listing`);
        });
      },
    });
  }

  const stat = async (path: string, signal: AbortSignal): Promise<PlacedEntry | undefined> => {
    const answer = await propfind(path, '0', signal);
    return answer && readEntries(answer).self;
  };

  return {
    stat,
    isCollection: async (path, signal) => (await stat(withSlash(path), signal))?.folder ?? false,
    entries: async (folder, signal) => {
      const answer = await propfind(withSlash(folder), '1', signal);
      return answer && readEntries(answer).inside;
    },
    read: (path, signal) => get(link, path, signal, readAll),
    sha256: (path, signal) => get(link, path, signal, hashAll),
    checksums: async (path, signal) => {
      const stated = await link.request({
        method: 'HEAD',
        path,
        headers: ASK_FOR_CHECKSUM,
        signal,
        expected: [404],
        take: ({ headers }) => checksumsOfHead(headers),
      });
      if (stated.length > 0) return stated;
      const answer = await propfind(path, '0', signal, ASK_OC_CHECKSUMS);
      return answer ? readChecksumTexts(answer).flatMap(parseOwncloud) : [];
    },
    remove: (path, signal) => link.request({ method: 'DELETE', path, signal, expected: [404], take: () => undefined }),
  };
}

/** The path of a collection: without the closing slash nginx answers 409 to MKCOL, and others send elsewhere. */
export function withSlash(path: string): string {
  return path === '' ? '' : `${path}/`;
}

function get<T>(
  link: WebdavLink,
  path: string,
  signal: AbortSignal,
  take: (answer: Answer, watch: StallWatch) => Promise<T>,
): Promise<T | undefined> {
  return link.request({
    method: 'GET',
    path,
    signal,
    expected: [404],
    take: (answer, watch) => (answer.status === 404 ? undefined : take(answer, watch)),
  });
}

async function readAll({ body }: Answer, watch: StallWatch): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body ?? []) {
    watch.progress();
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes > MAX_TEXT_BYTES) throw new RangeError(`an answer of more than ${MAX_TEXT_BYTES} bytes`);
  }
  return Buffer.concat(pieces);
}

async function hashAll({ body }: Answer, watch: StallWatch): Promise<string> {
  const digest = createHash('sha256');
  for await (const piece of body ?? []) {
    watch.progress();
    digest.update(piece as Buffer);
  }
  return digest.digest('hex');
}
