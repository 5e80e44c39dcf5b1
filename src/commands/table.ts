import { stripVTControlCharacters } from 'node:util';

export interface Column {
  title: string;
  align?: 'right';
  /** Cells are cut to so many columns of the terminal. */
  max?: number;
}

/** A plain table for people: columns as wide as their content, no frame. */
export function table(columns: Column[], rows: string[][]): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => row.map((cell, i) => cut(cell, columns[i]?.max))),
  ];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => displayWidth(row[i] ?? ''))));
  const lines = cells.map((row) =>
    row
      .map((cell, i) => pad(cell, widths[i] ?? 0, columns[i]?.align === 'right'))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return `${lines.join('\n')}\n`;
}

function cut(cell: string, max = Number.POSITIVE_INFINITY): string {
  const plain = oneLine(cell);
  if (displayWidth(plain) <= max) return plain;
  let kept = '';
  for (const character of plain) {
    if (displayWidth(kept) + displayWidth(character) > max - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Text from a header or a file name must not move the cursor of the terminal it is shown on. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is being removed
  return stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

function pad(cell: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(cell)));
  return right ? space + cell : cell + space;
}

/** Wide East Asian characters take two columns. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/gu;

function displayWidth(text: string): number {
  const plain = stripVTControlCharacters(text);
  return Array.from(plain.normalize('NFC')).length + (plain.match(WIDE)?.length ?? 0);
}
