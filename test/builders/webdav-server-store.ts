import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface StoreAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** The files of the test's server. Paths as in URLs, decoded, below `/dav`, without a closing slash. */
export interface TestStore {
  /** A Buffer is a file, null a collection. */
  nodes: Map<string, Buffer | null>;
  handle(method: string, path: string, headers: IncomingHttpHeaders, body: Buffer): StoreAnswer;
  /** Removes a collection and all in it. */
  drop(path: string): void;
}

/** In memory, with the statuses of one of two servers; see the table in the folder `shared/services/webdav`. */
export function createTestStore(quirks: 'apache' | 'nginx', checksums: string): TestStore {
  const nodes = new Map<string, Buffer | null>([['/dav', null]]);
  const isApache = quirks === 'apache';
  const parentIsThere = (path: string): boolean => nodes.get(path.slice(0, path.lastIndexOf('/'))) === null;
  const drop = (path: string): void => {
    for (const one of nodes.keys()) if (one === path || one.startsWith(`${path}/`)) nodes.delete(one);
  };

  const methods: Record<
    string,
    (path: string, headers: IncomingHttpHeaders, body: Buffer, slash: boolean) => StoreAnswer
  > = {
    PUT: (path, headers, body) => {
      if (headers['content-length'] === undefined) return { status: 411 };
      if (!parentIsThere(path)) return { status: isApache ? 409 : 500 };
      if (nodes.get(path) === null) return { status: 409 };
      const status = nodes.has(path) ? 204 : 201;
      nodes.set(path, body);
      const hash = createHash('sha256').update(body).digest('hex');
      if (checksums === 'x-hash' && headers['x-hash'] === 'sha256')
        return { status, headers: { 'X-Hash-SHA256': hash } };
      return { status };
    },
    MKCOL: (path, _headers, _body, slash) => {
      if (nodes.has(path)) return { status: 405 };
      if (!parentIsThere(path) || (!isApache && !slash)) return { status: 409 };
      nodes.set(path, null);
      return { status: 201 };
    },
    MOVE: (path, headers) => {
      const destination = String(headers['destination']);
      if (!/^https?:/.test(destination)) return { status: 400 };
      const to = decodeURIComponent(new URL(destination).pathname);
      const bytes = nodes.get(path);
      if (!bytes) return { status: 404 };
      if (!parentIsThere(to)) return { status: 500 };
      const isTaken = nodes.has(to);
      if (isTaken && headers['overwrite'] === 'F') return { status: 412 };
      nodes.set(to, bytes);
      nodes.delete(path);
      return { status: isApache && !isTaken ? 201 : 204 };
    },
    DELETE: (path, _headers, _body, slash) => {
      if (!nodes.has(path)) return { status: 404 };
      if (nodes.get(path) === null && !slash && !isApache) return { status: 409 };
      drop(path);
      return { status: 204 };
    },
    GET: (path) => {
      const bytes = nodes.get(path);
      return bytes ? { status: 200, body: bytes } : { status: bytes === null ? 403 : 404 };
    },
    HEAD: (path) => {
      const bytes = nodes.get(path);
      if (!bytes) return { status: 404 };
      return { status: 200, headers: { 'Content-Length': String(bytes.length), ...statedHeaders(bytes, checksums) } };
    },
    PROPFIND: (path, headers, body) => {
      const node = nodes.get(path);
      if (node === undefined) return { status: 404 };
      if (headers['depth'] !== '0' && headers['depth'] !== '1') return { status: 403 };
      const isAskedForSums = body.includes('checksums');
      const inside = [...nodes.keys()].filter(
        (one) => one.startsWith(`${path}/`) && !one.slice(path.length + 1).includes('/'),
      );
      const shown = headers['depth'] === '1' ? [path, ...inside] : [path];
      const entries = shown.map((one) => toXml(one, nodes.get(one) ?? null, isAskedForSums, checksums));
      const xml = `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:oc="http://owncloud.org/ns">${entries.join('')}</D:multistatus>`;
      return { status: 207, headers: { 'Content-Type': 'application/xml' }, body: xml };
    },
  };

  return {
    nodes,
    drop,
    handle: (method, path, headers, body) => {
      const isSlashed = path.endsWith('/');
      return methods[method]?.(isSlashed ? path.slice(0, -1) : path, headers, body, isSlashed) ?? { status: 405 };
    },
  };
}

function statedHeaders(bytes: Buffer, checksums: string): Record<string, string> {
  const sum = (algorithm: string, encoding: 'hex' | 'base64'): string =>
    createHash(algorithm).update(bytes).digest(encoding);
  if (checksums === 'oc-header') return { 'OC-Checksum': `SHA1:${sum('sha1', 'hex')}` };
  if (checksums === 'digest') return { Digest: `adler32=03da0195,md5=${sum('md5', 'base64')}` };
  if (checksums === 'repr-digest') return { 'Repr-Digest': `sha-256=:${sum('sha256', 'base64')}:` };
  return {};
}

function toXml(path: string, bytes: Buffer | null, isAskedForSums: boolean, checksums: string): string {
  const href = path.split('/').map(encodeURIComponent).join('/') + (bytes ? '' : '/');
  const sums =
    bytes && isAskedForSums && checksums === 'oc-property'
      ? `<oc:checksums><oc:checksum>SHA1:${createHash('sha1').update(bytes).digest('hex')} ADLER32:03da0195</oc:checksum></oc:checksums>`
      : '';
  const props = bytes
    ? `<D:resourcetype/><D:getcontentlength>${bytes.length}</D:getcontentlength>`
    : '<D:resourcetype><D:collection/></D:resourcetype>';
  const status = isAskedForSums && sums === '' ? '404 Not Found' : '200 OK';
  const prop = isAskedForSums ? sums || '<oc:checksums/>' : props;
  return `<D:response><D:href>${href}</D:href><D:propstat><D:prop>${prop}</D:prop><D:status>HTTP/1.1 ${status}</D:status></D:propstat></D:response>`;
}
