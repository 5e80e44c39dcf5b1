import { growTo, openKernels } from '../raster/compiled-kernels.ts';
import type { DecodedText } from './decode-text.ts';
import { MAX_LINES } from './decode-text.ts';

/** What assembly/kernels.ts exports; numbers are byte offsets and counts. */
interface Kernels {
  memory: WebAssembly.Memory;
  markLines(source: number, length: number, most: number, target: number): number;
}

/** What the kernel may read behind the text. */
const VECTOR_BYTES = 16;
const NUMBERS_A_LINE = 3;
const NUMBER_BYTES = 4;
const [SPACE, DELETE] = [32, 127];

let opened: Kernels | undefined;

function kernels(): Kernels {
  opened ??= openKernels('text-kernels.wasm') as unknown as Kernels;
  return opened;
}

/** One byte for each character, "?" for those that have none in latin-1. */
function codesOf(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(/[^\0-\u00FF]/g, '?'), 'latin1');
}

/** Without the NULs that end, pad or tear a TIFF text. */
function withoutNuls({ text, codes = codesOf(text) }: Pick<DecodedText, 'text' | 'codes'>) {
  let end = codes.length;
  while (end > 0 && codes[end - 1] === 0) end--;
  const nul = text.indexOf('\0');
  if (nul < 0 || nul >= end) return { text, codes: end === codes.length ? codes : codes.subarray(0, end) };
  const whole = text.replaceAll('\0', '');
  return { text: whole, codes: codesOf(whole) };
}

/** A visible character of ASCII, before or behind which nothing is left to trim. */
function isVisible(code: number | undefined): boolean {
  return code !== undefined && code > SPACE && code < DELETE;
}

/**
 * The lines of a header's text, which LF, CRLF or a lone CR close; at most {@link MAX_LINES}. They lie in the memory of the
 * kernels, so only the object that was made last can be asked.
 */
export class TextLines {
  readonly text: string;
  readonly count: number;
  /** The characters as bytes, then what lay behind them. */
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  /** Start, end and first "=" (-1: none) of each line. */
  private readonly marks: Int32Array;

  constructor(decoded: Pick<DecodedText, 'text' | 'codes'>) {
    const { text, codes } = withoutNuls(decoded);
    const { memory } = kernels();
    const target = NUMBER_BYTES * Math.ceil((codes.length + VECTOR_BYTES) / NUMBER_BYTES);
    const most = Math.min(MAX_LINES, codes.length);
    growTo(memory, target + most * NUMBERS_A_LINE * NUMBER_BYTES);
    this.text = text;
    this.bytes = new Uint8Array(memory.buffer);
    this.view = new DataView(memory.buffer);
    this.bytes.set(codes);
    this.count = kernels().markLines(0, codes.length, most, target);
    this.marks = new Int32Array(memory.buffer, target, this.count * NUMBERS_A_LINE);
  }

  /** Where a line begins in the text. */
  start(line: number): number {
    return this.marks[NUMBERS_A_LINE * line] ?? this.text.length;
  }

  /** Where a line ends, its mark left out. */
  end(line: number): number {
    return this.marks[NUMBERS_A_LINE * line + 1] ?? this.text.length;
  }

  /** Where the first "=" of a line stands; -1 where it has none. */
  equals(line: number): number {
    return this.marks[NUMBERS_A_LINE * line + 2] ?? -1;
  }

  /** The character at a place inside a line, as long as it is one of latin-1. */
  code(at: number): number {
    return this.bytes[at] ?? 0;
  }

  /** Whether the characters at a place are those that {@link wordsOf} made into numbers. */
  startsWith({ length, words }: Words, at: number): boolean {
    const { view } = this;
    const last = words.length - 1;
    for (let i = 0; i < last; i++) {
      if (view.getInt32(at + NUMBER_BYTES * i, true) !== words[i]) return false;
    }
    // Of the last word only the characters that are the text's.
    const unused = 8 * (NUMBER_BYTES * words.length - length);
    return (view.getInt32(at + NUMBER_BYTES * last, true) << unused) >> unused === words[last];
  }

  /** A line's characters from `start` to before `end`, without white space at both ends. */
  trimmed(start: number, end: number): string {
    // A blank before the value is the rule; little is left for the slower trim.
    const from = start < end && this.code(start) === SPACE ? start + 1 : start;
    const part = this.text.slice(from, end);
    return isVisible(this.code(from)) && isVisible(this.code(end - 1)) ? part : part.trim();
  }

  /** The whole line as it stands. */
  whole(line: number): string {
    return this.text.slice(this.start(line), this.end(line));
  }
}

/** Characters, four to a number, so that four are compared at once. */
export interface Words {
  readonly length: number;
  readonly words: readonly number[];
}

/** A text that is not empty and has no character beyond ASCII. */
export function wordsOf(text: string): Words {
  const bytes = Buffer.alloc(NUMBER_BYTES * Math.ceil(text.length / NUMBER_BYTES));
  bytes.write(text, 'latin1');
  const words = Array.from({ length: bytes.length / NUMBER_BYTES }, (_, i) => bytes.readInt32LE(NUMBER_BYTES * i));
  return { length: text.length, words };
}
