import { describe, expect, it } from 'vitest';
import { sectionsJson } from '../../../src/metadata/sections-json.ts';
import { parseXml } from '../../../src/metadata/xml.ts';
import { elementAt, statementAt, textAt, xmlSections } from '../../../src/metadata/xml-values.ts';

function utf8(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf8'));
}

function rootOf(text: string) {
  return parseXml(utf8(text)).root;
}

describe('the XML reader', () => {
  it('gives names without prefix, attributes, text and children', () => {
    const root = rootOf('<?xml version="1.0"?>\n<n:a xmlns:n="urn:x" n:u="1"><b unit="m"> 1E-07 </b><b>2</b></n:a>');
    expect(root).toMatchObject({ name: 'a', attributes: new Map([['u', '1']]) });
    expect(root.children.map(({ name, text }) => [name, text])).toEqual([
      ['b', ' 1E-07 '],
      ['b', '2'],
    ]);
    expect(textAt(root, 'b')).toBe('1E-07');
    expect(textAt(root, 'b@unit')).toBe('m');
  });

  it('keeps every character of a value, and decodes what must be written as an entity', () => {
    const root = rootOf(
      '<a><b>3.8541666666666665E-07</b><c>A &amp; B &#181; &lt;c&gt;</c><d><![CDATA[<x> & y]]></d></a>',
    );
    expect(textAt(root, 'b')).toBe('3.8541666666666665E-07');
    expect(textAt(root, 'c')).toBe('A & B µ <c>');
    expect(textAt(root, 'd')).toBe('<x> & y');
  });

  it('ends at the NUL that closes or pads a TIFF text', () => {
    expect(rootOf('<a>1</a> \0').text).toBe('1');
    expect(rootOf('\r\n<a>1</a>\0\0\0remains of another buffer <').text).toBe('1');
  });

  it('reads UTF-8 with a mark, UTF-16 of both orders, and latin-1', () => {
    const text = '<?xml version="1.0" encoding="utf-16"?><a>30 µm</a>';
    const little = Buffer.from(`\ufeff${text}`, 'utf16le');
    const cases: [Uint8Array, string][] = [
      [utf8(`\ufeff${text}`), 'utf-8'],
      [little, 'utf-16le'],
      [Buffer.from(little).swap16(), 'utf-16be'],
      [Buffer.from(`${text}\0\0`, 'utf16le'), 'utf-16le'],
      [Buffer.from(text.replace('utf-16', 'iso-8859-1'), 'latin1'), 'latin-1'],
      [Buffer.from(text.replace('utf-16', 'windows-1252'), 'latin1'), 'latin-1'],
    ];
    for (const [bytes, encoding] of cases) {
      const document = parseXml(bytes);
      expect([document.root.text, document.encoding]).toEqual(['30 µm', encoding]);
    }
  });

  it('believes a declared code page where the bytes are no UTF-8, and the bytes where they contradict it', () => {
    const shiftJis = Buffer.from([
      ...Buffer.from('<?xml version="1.0" encoding="shift_jis"?><a>'),
      0x8e,
      0x8e,
      0x97,
      0xbf,
    ]);
    const declared = parseXml(Buffer.concat([shiftJis, Buffer.from('</a>')]));
    expect([declared.root.text, declared.encoding]).toEqual(['試料', 'shift_jis']);
    const wrong = Buffer.from('<?xml version="1.0" encoding="utf-8"?><a>30 µm</a>', 'latin1');
    expect([parseXml(wrong).root.text, parseXml(wrong).encoding]).toEqual(['30 µm', 'latin-1']);
    const unknown = Buffer.from('<?xml version="1.0" encoding="klingon"?><a>30 µm</a>', 'latin1');
    expect(parseXml(unknown).root.text).toBe('30 µm');
  });

  it('knows no name but those that stand there', () => {
    const root = rootOf('<a><constructor>1</constructor><__proto__ toString="2">3</__proto__></a>');
    expect(textAt(root, 'constructor')).toBe('1');
    expect(textAt(root, '__proto__')).toBe('3');
    expect(textAt(root, 'toString')).toBeUndefined();
    expect(new Map(xmlSections(root).get('a'))).toEqual(
      new Map([
        ['constructor', '1'],
        ['__proto__@toString', '2'],
        ['__proto__', '3'],
      ]),
    );
    expect(({} as Record<string, unknown>)['toString@toString']).toBeUndefined();
  });
});

describe('hostile XML', () => {
  const laughs = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from(
    { length: 9 },
    (_, i) => `<!ENTITY lol${i + 1} "${`&lol${i === 0 ? '' : i};`.repeat(10)}">`,
  ).join('')}]><lolz>&lol9;</lolz>`;

  it.each([
    ['entities that swell', laughs, /DOCTYPE/],
    ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', /DOCTYPE/],
    ['an external DTD', '<!doctype a SYSTEM "http://127.0.0.1/a.dtd"><a/>', /DOCTYPE/],
    ['a parameter entity', '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname">%p;]><a/>', /DOCTYPE/],
    ['an entity that nobody declared', '<a>&lol;</a>', /undefined entity/],
    ['an entity named like a property', '<a>&constructor;</a>', /undefined entity/],
    ['100,000 elements in each other', '<a>'.repeat(100_000) + '</a>'.repeat(100_000), /more than 64 deep/],
    ['100,000 elements beside each other', `<a>${'<b/>'.repeat(100_000)}</a>`, /more than 20000 elements/],
    ['100,000 attributes', `<a ${Array.from({ length: 100_000 }, (_, i) => `b${i}="1"`).join(' ')}/>`, /20000/],
    ['tags that are not closed', '<a><b>1</b><c>2', /1:15: unclosed tag/],
    ['tags that cross', '<a><b>1</a></b>', /unexpected close tag/],
    ['no element', '<?xml version="1.0"?>', /root element/],
    ['nothing', '\0\0', /root element/],
    ['two roots', '<a/><b/>', /only one root/],
    ['text before the root', 'HV=5\n<a/>', /outside of root/],
    ['a control character', '<a>\u0001</a>', /disallowed character/],
    ['an attribute that stands twice', '<a b="1" b="2"/>', /duplicate attribute/],
  ])('is refused with its reason: %s', (_, text, reason) => {
    expect(() => parseXml(utf8(text))).toThrow(reason);
  });

  it('is refused before it is parsed where it is too large', () => {
    const bytes = new Uint8Array(20_000_000).fill(0x20);
    expect(() => parseXml(bytes)).toThrow('the XML has 20000000 bytes, more than 2097152 are not read');
  });

  it.each([
    ['one text', `<a>${'x'.repeat(2_000_000)}</a>`],
    ['character entities', `<a>${'&amp;'.repeat(400_000)}</a>`],
    ['one attribute', `<a b="${'x'.repeat(2_000_000)}"/>`],
    ['a comment', `<a><!--${'- '.repeat(1_000_000)}--></a>`],
    ['open brackets', `<a>${']'.repeat(2_000_000)}</a>`],
    ['line ends', `<a>${'\r\n'.repeat(1_000_000)}</a>`],
  ])('takes a bounded time for two megabytes of %s', { timeout: 20_000 }, (_, text) => {
    expect(rootOf(text).name).toBe('a');
  });
});

describe('values of a tree', () => {
  const root = rootOf('<r v="9"><a><x unit="nm">5</x><x>6</x></a><a><x>7</x></a><lone>8</lone><empty/></r>');

  it('are the first of their name', () => {
    expect(textAt(root, 'a/x')).toBe('5');
    expect(textAt(root, '@v')).toBe('9');
    expect(textAt(root, 'a/y')).toBeUndefined();
    expect(textAt(root, 'empty')).toBeUndefined();
    expect(elementAt(root, '')).toBe(root);
  });

  it('bring the unit beside them, else the known one', () => {
    const rule = { unitAttribute: 'unit', unit: 'm' };
    expect(statementAt(root, 'a/x', rule)).toMatchObject({ key: 'a/x', raw: '5', unit: 'nm' });
    expect(statementAt(root, 'lone', rule)).toMatchObject({ raw: '8', unit: 'm' });
    expect(statementAt(root, 'none', rule)).toBeUndefined();
  });

  it('number elements of one name among few and among many siblings', () => {
    const siblings = (count: number) => `<a>${'<b>1</b><c/><b>2</b>'.repeat(count)}</a>`;
    const paths = (count: number) =>
      [...(xmlSections(rootOf(`<r>${siblings(count)}</r>`)).get('a') ?? [])].map(([path]) => path);
    expect(paths(2)).toEqual(['a/b', 'a/b[2]', 'a/b[3]', 'a/b[4]']);
    expect(paths(10).slice(-2)).toEqual(['a/b[19]', 'a/b[20]']);
  });

  it('become sections whose entries are their whole paths', () => {
    expect(JSON.parse(sectionsJson(xmlSections(root)))).toEqual({
      a: { 'a/x@unit': 'nm', 'a/x': '5', 'a/x[2]': '6' },
      'a[2]': { 'a[2]/x': '7' },
      r: { '@v': '9', lone: '8' },
    });
  });
});
