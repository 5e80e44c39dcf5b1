import { describe, expect, it } from 'vitest';
import { decodeText, MAX_LINES } from '../../../src/metadata/decode-text.ts';
import { TextLines, wordsOf } from '../../../src/metadata/text-lines.ts';
import { dice } from '../../builders/dice.ts';

function linesOf(text: string, encoding: BufferEncoding = 'latin1'): TextLines {
  return new TextLines(decodeText(new Uint8Array(Buffer.from(text, encoding))));
}

function told(lines: TextLines) {
  return Array.from({ length: lines.count }, (_, line) => {
    const [start, equals] = [lines.start(line), lines.equals(line)];
    return [lines.whole(line), equals < 0 ? equals : equals - start];
  });
}

/** The same by the language's own means. */
function expected(text: string) {
  const lines = text.split(/\r\n|\r|\n/);
  // What no mark closes is a line only where it has characters.
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => [line, line.indexOf('=')]);
}

describe('the lines of a header', () => {
  it('end with LF, CRLF or a lone CR, and have a first "="', () => {
    const text = 'a=1\r\n\r\nb = 2=3\rc\n\n=d\n\r\ne';
    expect(told(linesOf(text))).toEqual([
      ['a=1', 1],
      ['', -1],
      ['b = 2=3', 2],
      ['c', -1],
      ['', -1],
      ['=d', 0],
      ['', -1],
      ['e', -1],
    ]);
  });

  it('are those of any other search, wherever the marks fall', () => {
    const { below, pick } = dice(1);
    for (let i = 0; i < 2000; i++) {
      const length = below(80);
      const text = Array.from({ length }, () => pick(['\r', '\n', '\r\n', '=', 'a', ' ', '\u00B5'])).join('');
      expect([text, told(linesOf(text))]).toEqual([text, expected(text)]);
    }
  });

  it.each(['utf16le', 'utf8'] as const)('stand where the characters of the text stand, in %s too', (encoding) => {
    const text = '\uFEFFName=\u6E29\u5EA6 \u010A\u013D\r\nb=2\r\n';
    expect(told(linesOf(text, encoding))).toEqual([
      ['Name=\u6E29\u5EA6 \u010A\u013D', 4],
      ['b=2', 1],
    ]);
  });

  it('are without the NULs that end, pad or tear the text', () => {
    expect(told(linesOf('a=1\nb\0\0'))).toEqual([
      ['a=1', 1],
      ['b', -1],
    ]);
    expect(told(linesOf('a\0=1\n\0b=2\0\n\0\0'))).toEqual([
      ['a=1', 1],
      ['b=2', 1],
    ]);
    expect(linesOf('\0\0').count).toBe(0);
    expect(linesOf('').count).toBe(0);
  });

  it('are at most so many, of a text of any size, and the next text finds its place again', () => {
    const lines = linesOf('\n'.repeat(8 * 1024 * 1024));
    expect(lines.count).toBe(MAX_LINES);
    expect(lines.start(MAX_LINES - 1)).toBe(MAX_LINES - 1);
    expect(told(linesOf('a=1'))).toEqual([['a=1', 1]]);
  });

  it('give values without white space at both ends', () => {
    const lines = linesOf('\u00A0x \t=  5.0 mm \u00A0');
    expect(lines.trimmed(0, lines.equals(0))).toBe('x');
    expect(lines.trimmed(lines.equals(0) + 1, lines.end(0))).toBe('5.0 mm');
    expect(lines.trimmed(3, 3)).toBe('');
  });

  it('are compared with a text four characters at once, of which none behind it counts', () => {
    const lines = linesOf('AP_WD\nAP_WE\nAP_W\u00C4\nAP_STAGE_AT_X\n');
    const begins = (text: string) => {
      const words = wordsOf(text);
      return [0, 1, 2, 3].map((line) => lines.startsWith(words, lines.start(line)));
    };
    expect(begins('A')).toEqual([true, true, true, true]);
    expect(begins('AP_W')).toEqual([true, true, true, false]);
    expect(begins('AP_WD')).toEqual([true, false, false, false]);
    expect(begins('AP_STAGE_AT_X')).toEqual([false, false, false, true]);
  });
});
