import { describe, expect, it } from 'vitest';
import { parseXML } from 'webdav';
import { readChecksumTexts, readEntries } from '../../../../src/publish/webdav/multistatus.ts';

const response = (href: string, props: string, status = 'HTTP/1.1 200 OK'): string =>
  `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${props}</d:prop><d:status>${status}</d:status></d:propstat></d:response>`;
const multistatus = (...responses: string[]): Promise<Parameters<typeof readEntries>[0]> =>
  parseXML(`<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">${responses.join('')}</d:multistatus>`);

const COLLECTION = '<d:resourcetype><d:collection/></d:resourcetype>';
const FILE = '<d:resourcetype/><d:getcontentlength>12</d:getcontentlength>';

describe('a listing', () => {
  it('parts the collection from what is in it, also where the server knows it by another path', async () => {
    const answer = await multistatus(
      response('/inner/records/ab/', COLLECTION),
      response('/inner/records/ab/cd/', COLLECTION),
      response('http://host/inner/records/ab/Gr%C3%B6%C3%9Fe%20%26%20%2525', FILE),
    );
    expect(readEntries(answer)).toEqual({
      self: { name: 'ab', bytes: 0, folder: true },
      inside: [
        { name: 'cd', bytes: 0, folder: true },
        { name: 'Größe & %25', bytes: 12, folder: false },
      ],
    });
  });

  it('keeps names that look like numbers or truths as they are', async () => {
    const names = ['1e5', '007', 'true', '0x10'];
    const answer = await multistatus(response('/a/', COLLECTION), ...names.map((name) => response(`/a/${name}`, FILE)));
    expect(readEntries(answer).inside.map(({ name }) => name)).toEqual(names);
  });

  it('leaves out names that are no UTF-8, and knows no size where none is stated', async () => {
    const answer = await multistatus(
      response('/a/', COLLECTION),
      response('/a/%E4.txt', FILE),
      response('/a/b', FILE, 'HTTP/1.1 404 Not Found'),
    );
    expect(readEntries(answer).inside).toEqual([{ name: 'b', bytes: Number.NaN, folder: false }]);
  });

  it('of nothing has nothing', async () => {
    const answer = await parseXML('<d:multistatus xmlns:d="DAV:"/>');
    expect(readEntries(answer)).toEqual({ self: undefined, inside: [] });
    expect(readChecksumTexts(answer)).toEqual([]);
  });
});
