const [CR, LF] = [13, 10];

/**
 * The marks that part a text: ends of lines, which LF, CRLF or a lone CR close, "=" and ":". Asked from front to back, it
 * looks at each place once, and cuts nothing out of the text.
 */
export class TextMarks {
  private cr = -1;
  private lf = -1;
  private equals = -1;
  private colon = -1;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The next place of a mark; the end of the text where there is none. */
  private find(mark: string, start: number): number {
    const at = this.text.indexOf(mark, start);
    return at < 0 ? this.text.length : at;
  }

  /** Where the line that begins at `start` ends. */
  lineEnd(start: number): number {
    if (this.cr < start) this.cr = this.find('\r', start);
    if (this.lf < start) this.lf = this.find('\n', start);
    return this.cr < this.lf ? this.cr : this.lf;
  }

  /** Where the line behind the one that ends at `end` begins. */
  lineAfter(end: number): number {
    const { text } = this;
    return end + (text.codePointAt(end) === CR && text.codePointAt(end + 1) === LF ? 2 : 1);
  }

  /** The first "=" between `start` and `end`; -1 where there is none. */
  equalsIn(start: number, end: number): number {
    if (this.equals < start) this.equals = this.find('=', start);
    return this.equals < end ? this.equals : -1;
  }

  /** The first ":" between `start` and `end`; -1 where there is none. */
  colonIn(start: number, end: number): number {
    if (this.colon < start) this.colon = this.find(':', start);
    return this.colon < end ? this.colon : -1;
  }
}
