/** The look of the page: its own colours by day, by night and on paper, where colours are greys that differ. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1b1f24; --muted: #5b636d; --line: #dfe3e8; --paper: #ffffff; --shade: #f4f6f8;
  --first: #1a63a8; --second: #b4460f; --third: #4d7a1f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6e9ed; --muted: #9aa4b0; --line: #363d46; --paper: #14181d; --shade: #1d232a;
    --first: #7db8f0; --second: #f0a06c; --third: #a6d06f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem; max-width: 70rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
p { margin: .5rem 0; max-width: 46rem; overflow-wrap: anywhere; }
a { color: var(--first); }
.lead { font-size: 1.1rem; }
.note { color: var(--muted); }
figure { margin: .75rem 0; }
figcaption { font-weight: 600; font-size: .9rem; }
svg { display: block; width: 100%; height: auto; margin: .25rem 0; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 0 2rem; }
.table { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding: .25rem 0; }
.beside caption { min-width: 16rem; }
th, td { text-align: left; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
thead th { font-weight: 600; vertical-align: bottom; }
th.number, td.number { text-align: right; }
td.number, th.number { white-space: nowrap; }
thead th.number { white-space: normal; }
td.text, tbody th.text { min-width: 7rem; max-width: 22rem; overflow-wrap: anywhere; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: 1rem; padding: 0; list-style: none; }
.pictures li { break-inside: avoid; font-size: .8rem; line-height: 1.35; overflow-wrap: anywhere; }
.pictures img, .pictures .missing { display: block; width: 100%; height: 8rem; object-fit: contain; background: var(--shade); margin-bottom: .25rem; }
.pictures .missing { padding: 3rem .5rem 0; text-align: center; color: var(--muted); }
@media print {
  :root {
    color-scheme: light;
    --ink: #000; --muted: #444; --line: #bbb; --paper: #fff; --shade: #fff;
    --first: #222; --second: #777; --third: #555;
  }
  @page { margin: 15mm; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  h2 { break-after: avoid; margin-top: 1.5rem; }
  figure { break-inside: avoid; }
  p:has(+ figure), p:has(+ .beside), p:has(+ .pictures) { break-after: avoid; }
  svg { max-height: 220mm; print-color-adjust: exact; }
  .table { overflow: visible; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
  .pictures { grid-template-columns: repeat(5, 1fr); gap: .75rem; }
  .pictures img { height: 3cm; }
}
`;
