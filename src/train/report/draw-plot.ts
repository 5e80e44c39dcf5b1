import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { escapeHtml } from './html.ts';

/** A plot for {@link drawPlot}: what is drawn, and what it says to somebody who cannot see it. */
export interface Plot {
  /** Unique on the page, letters, digits and "-". */
  id: string;
  title: string;
  description: string;
  widthPx: number;
  heightPx: number;
  option: EChartsCoreOption;
}

/**
 * Stand for the colours of the page, which are others in the dark and on paper: each becomes the CSS variable of its
 * name. No other colour may be used in a plot.
 */
export const COLOUR = {
  ink: '#010203',
  muted: '#010204',
  line: '#010205',
  paper: '#010206',
  first: '#010207',
  second: '#010208',
  third: '#010209',
} as const;

use([CustomChart, LineChart, ScatterChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);

/** A plot with its title above it. */
export function figure(plot: Plot): string {
  return `<figure><figcaption>${escapeHtml(plot.title)}</figcaption>${drawPlot(plot)}</figure>`;
}

/** Draws a plot as the text of an `svg` element; the same plot gives the same text. */
export function drawPlot({ id, title, description, widthPx, heightPx, option }: Plot): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: widthPx, height: heightPx });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: 'sans-serif', color: COLOUR.ink }, ...option });
    const [head = '', ...lines] = chart.renderToSVGString().split('\n');
    if (!head.startsWith('<svg ')) throw new Error('expected an svg element from the plot library');
    const box = `viewBox="0 0 ${widthPx} ${heightPx}" style="max-width:${widthPx}px"`;
    const open = `<svg xmlns="http://www.w3.org/2000/svg" ${box} role="img" aria-labelledby="${id}-title ${id}-desc">`;
    const names = `<title id="${id}-title">${escapeHtml(title)}</title><desc id="${id}-desc">${escapeHtml(description)}</desc>`;
    return [open, names, inPageColours(ownIds(withoutMouse(lines.join('\n')), id))].join('\n');
  } finally {
    chart.dispose();
  }
}

/** What the library writes for the mouse, boxes that cannot be seen, and the black inside of lines. */
function withoutMouse(svg: string): string {
  return svg
    .replace(/<style[^]*?<\/style>\n?/g, '')
    .replace(/<path [^>]*fill-opacity="0"[^>]*stroke-width="0"[^>]*><\/path>\n?/g, '')
    .replace(/ (?:class="zr[^"]*"|pointer-events="visible"|ecmeta_\w+="[^"]*")/g, '')
    .replaceAll(' fill="#000"', ' fill="none"');
}

/** The library counts its charts over the life of the process. */
function ownIds(svg: string, id: string): string {
  const known = new Map<string, string>();
  return svg.replace(/(?<=id="|url\(#)zr\d+-[\w-]+/g, (name) => {
    const own = known.get(name) ?? `${id}-${known.size}`;
    known.set(name, own);
    return own;
  });
}

function inPageColours(svg: string): string {
  return Object.entries(COLOUR).reduce((text, [name, hex]) => text.replaceAll(`"${hex}"`, `"var(--${name})"`), svg);
}
