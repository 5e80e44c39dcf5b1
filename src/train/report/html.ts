/** Control characters, and those that turn the direction of the text around them, have no place on a page. */
// oxlint-disable-next-line no-control-regex -- control characters are what is being removed
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of labels and file names on one line, without characters that cannot be seen. */
export function plainText(text: string): string {
  return text.replace(UNSEEN, '\ufffd');
}

/** Text for the content of an element or an attribute in quotes. */
export function escapeHtml(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** At most `length` characters: an ellipsis stands for the middle, because names often differ at their ends. */
export function shortened(text: string, length: number): string {
  const characters = Array.from(plainText(text));
  if (characters.length <= length) return characters.join('');
  const tail = Math.floor(length / 3);
  return `${characters.slice(0, length - 1 - tail).join('')}…${characters.slice(-tail).join('')}`;
}

export interface TableColumn {
  title: string;
  align?: 'right';
}

/** A table of plain texts; the first cell of a row is its heading. */
export function htmlTable(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): string {
  const attribute = (at: number): string => (columns[at]?.align === 'right' ? ' class="number"' : ' class="text"');
  const head = columns.map(({ title }, at) => `<th scope="col"${attribute(at)}>${escapeHtml(title)}</th>`).join('');
  const body = rows.map((row) => {
    const cells = row.map((cell, at) =>
      at === 0
        ? `<th scope="row"${attribute(at)}>${escapeHtml(cell)}</th>`
        : `<td${attribute(at)}>${escapeHtml(cell)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  return [
    `<div class="table"><table><caption>${escapeHtml(caption)}</caption>`,
    `<thead><tr>${head}</tr></thead>`,
    `<tbody>${body.join('\n')}</tbody></table></div>`,
  ].join('\n');
}

export function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

/** A part of the page; `content` is HTML already. */
export function section(title: string, content: readonly string[]): string {
  return [`<section><h2>${escapeHtml(title)}</h2>`, ...content, '</section>'].join('\n');
}

/** Plots or tables beside each other where the window is wide enough. */
export function beside(content: readonly string[]): string {
  return `<div class="beside">${content.map((one) => `<div>${one}</div>`).join('\n')}</div>`;
}
