import { COLOUR, type Plot } from './draw-plot.ts';
import { splitTitle } from './figures-text.ts';
import { shortened } from './html.ts';
import { LEGEND, SHARE, TEXT, valueAxis, WIDTH_PX } from './plots.ts';
import type { Evaluation } from './training-report.ts';

const NAME_LENGTH = 32;
/** Of 12 px sans-serif, on average. */
const CHARACTER_PX = 6.6;

/** Class names on an axis of categories, from the top, and the room they take. */
export function classAxis(
  names: readonly string[],
  fontSize: number,
): { axis: Record<string, unknown>; widthPx: number } {
  const texts = names.map((name) => shortened(name, NAME_LENGTH));
  const longest = Math.max(...texts.map((text) => text.length));
  const axis = {
    type: 'category',
    data: texts,
    inverse: true,
    axisLabel: { ...TEXT, fontSize, interval: 0 },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: COLOUR.muted } },
  };
  return { axis, widthPx: Math.ceil(longest * CHARACTER_PX * (fontSize / 12)) + 16 };
}

/** Precision and recall of every class. */
export function classPlot(id: string, { metrics, perClass }: Evaluation): Plot {
  const { axis, widthPx: left } = classAxis(
    perClass.map(({ label }) => label),
    12,
  );
  const heightPx = 90 + 20 * perClass.length;
  return {
    id,
    title: `Precision and recall of each class, ${splitTitle(metrics.split)}`,
    description: `Two points for each of ${perClass.length} classes. The table has the numbers.`,
    widthPx: WIDTH_PX,
    heightPx,
    option: {
      legend: { ...LEGEND, data: ['recall', 'precision'] },
      grid: { left, right: 24, top: 32, bottom: 48, containLabel: false },
      xAxis: valueAxis('share', { ...SHARE, nameGap: 28 }),
      yAxis: { ...axis, splitLine: { show: true, lineStyle: { color: COLOUR.line } } },
      series: [
        classMarks(
          'recall',
          perClass.map(({ recall }) => recall),
          { symbol: 'circle', symbolSize: 8, itemStyle: { color: COLOUR.first } },
        ),
        classMarks(
          'precision',
          perClass.map(({ precision }) => precision),
          {
            symbol: 'diamond',
            symbolSize: 15,
            itemStyle: { color: 'transparent', borderColor: COLOUR.second, borderWidth: 2 },
          },
        ),
      ],
    },
  };
}

function classMarks(
  name: string,
  values: readonly (number | undefined)[],
  style: Record<string, unknown>,
): Record<string, unknown> {
  const data = values.flatMap((value, at) => (value === undefined ? [] : [[value, at]]));
  return { name, type: 'scatter', data, silent: true, ...style };
}
