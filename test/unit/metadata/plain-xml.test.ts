import { describe, expect, it } from 'vitest';
import { readPlainXml } from '../../../src/metadata/plain-xml.ts';
import { buildTree } from '../../../src/metadata/xml.ts';
import type { OpenElement } from '../../../src/metadata/xml-element.ts';
import type { Dice } from '../../builders/dice.ts';
import { dice } from '../../builders/dice.ts';
import { atlasXml, omeXml, phenomXml, tfsXml } from '../../builders/header-xml.ts';

/** A reference and ends of lines inside tags are left to the parser. */
const HEADERS = {
  tfs: tfsXml(),
  phenom: phenomXml(['&amp;', 'and']),
  atlas: atlasXml(),
  ome: omeXml().replaceAll('"\n      ', '" '),
};

/** What the parser makes of a text; undefined where it refuses it. */
function parsed(text: string): OpenElement | undefined {
  try {
    return buildTree(text);
  } catch {
    return undefined;
  }
}

const PIECES = [
  '<',
  '>',
  '/',
  '</',
  '/>',
  ' ',
  '\r\n',
  '\r',
  '\t',
  '"',
  "'",
  '=',
  '&',
  '&amp;',
  ']]>',
  '<!-- -->',
  '<![CDATA[x]]>',
  '<?pi ?>',
  '<a/>',
  '<a b="1">',
  ' xmlns:n="urn:n"',
  ' n:u="m"',
  'n:',
  '\u00A0',
  '\u0085',
  '\u{1F52C}',
  '\uFFFE',
  '\u0001',
  '-1',
  '.x',
  '\u00E4',
] as const;

/** Pieces cut out, put in or moved: some of the mutants are still well formed, most are not. */
function mutated(text: string, { below, pick, chance }: Dice): string {
  let changed = text;
  for (let count = 1 + below(3); count > 0; count--) {
    const at = below(changed.length + 1);
    const removed = chance(0.5) ? below(4) : 0;
    changed = `${changed.slice(0, at)}${chance(0.8) ? pick(PIECES) : ''}${changed.slice(at + removed)}`;
  }
  return changed;
}

describe('the reader of plain XML', () => {
  it.each(Object.entries(HEADERS))('reads the header of %s as the parser does', (_, text) => {
    const tree = readPlainXml(text);
    expect(tree).toBeDefined();
    expect(tree).toEqual(buildTree(text));
  });

  it('reads no text otherwise than the parser, and none that the parser refuses', () => {
    const random = dice(34_683);
    let read = 0;
    let refused = 0;
    for (let i = 0; i < 3000; i++) {
      const text = mutated(random.pick(Object.values(HEADERS)), random);
      const tree = readPlainXml(text);
      const judged = parsed(text);
      if (judged === undefined) refused++;
      if (tree === undefined) continue;
      read++;
      if (judged === undefined) expect.fail(`The parser refuses ${text}`);
      expect(tree).toEqual(judged);
    }
    // Both kinds have to be among them, or nothing was shown.
    expect(read).toBeGreaterThan(200);
    expect(refused).toBeGreaterThan(1000);
  });

  it.each([
    ['a reference', '<a>1 &amp; 2</a>'],
    ['a comment', '<a><!-- b --></a>'],
    ['a section of characters', '<a><![CDATA[b]]></a>'],
    ['an instruction', '<a><?b c?></a>'],
    ['apostrophes round an attribute', "<a b='1'/>"],
    ['an end of line inside a tag', '<a\nb="1"/>'],
    ['another version of XML', '<?xml version="1.1"?><a/>'],
    ['a character beyond the first plane', '<a>\u{1F52C}</a>'],
    ['a ">" in an attribute', '<a b=">"/>'],
  ])('leaves %s to the parser', (_, text) => {
    expect(readPlainXml(text)).toBeUndefined();
    expect(parsed(text)).toBeDefined();
  });

  it('leaves what is too deep or too large to the parser, which says so', () => {
    expect(readPlainXml(`${'<a>'.repeat(64)}${'</a>'.repeat(64)}`)).toBeDefined();
    expect(readPlainXml(`${'<a>'.repeat(65)}${'</a>'.repeat(65)}`)).toBeUndefined();
    expect(readPlainXml(`<a>${'<b/>'.repeat(19_999)}</a>`)).toBeDefined();
    expect(readPlainXml(`<a>${'<b/>'.repeat(20_000)}</a>`)).toBeUndefined();
    expect(readPlainXml(`<a>${'<b c="1"/>'.repeat(10_000)}</a>`)).toBeUndefined();
  });
});
