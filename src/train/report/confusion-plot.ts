import { classAxis } from './class-plot.ts';
import { COLOUR, type Plot } from './draw-plot.ts';
import { imageCount, splitTitle } from './figures-text.ts';
import type { Evaluation } from './training-report.ts';

/** Above this many classes the cells are too small for numbers. */
const NUMBERED_MAX = 20;
const CELL_PX = { numbered: 34, plain: 12 };
/** Darker cells have their number in the colour of the page. */
const DARK = 0.55;

interface CellApi {
  value(dimension: number): number;
  coord(point: readonly number[]): number[];
  size(extent: readonly number[]): number[];
}

/**
 * The confusion matrix: rows are the true classes, columns the predicted ones by their number; a cell is as dark as its
 * share of the row. Empty cells are left blank.
 */
export function confusionPlot(id: string, labels: readonly string[], { metrics, confusion }: Evaluation): Plot {
  const count = labels.length;
  const isNumbered = count <= NUMBERED_MAX;
  const fontSize = isNumbered ? 12 : 9;
  const cell = isNumbered ? CELL_PX.numbered : CELL_PX.plain;
  const { axis, widthPx: left } = classAxis(
    labels.map((label, at) => `${at + 1} ${label}`),
    fontSize,
  );
  const data = confusion.flatMap((row, at) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.flatMap((n, column) => (n === 0 ? [] : [[column, at, n / (metrics.repeats ?? 1), n / sum]]));
  });
  return {
    id,
    title: `Confusion matrix, ${splitTitle(metrics.split)}`,
    description: `Rows are the true classes, columns the predicted ones. ${isNumbered ? 'The table has the numbers.' : 'The table has the largest errors.'}`,
    widthPx: left + count * cell + 16,
    heightPx: 44 + count * cell + 8,
    option: {
      grid: { left, right: 16, top: 44, bottom: 8, containLabel: false },
      xAxis: {
        type: 'category',
        data: labels.map((_, at) => String(at + 1)),
        position: 'top',
        name: 'predicted',
        nameLocation: 'middle',
        nameGap: 24,
        nameTextStyle: { color: COLOUR.ink, fontSize: 12 },
        axisLabel: { color: COLOUR.ink, fontSize, interval: isNumbered ? 0 : 4 },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: COLOUR.muted } },
        splitLine: { show: true, lineStyle: { color: COLOUR.line } },
      },
      yAxis: { ...axis, splitLine: { show: true, lineStyle: { color: COLOUR.line } } },
      series: [
        { type: 'custom', silent: true, data, renderItem: (_: unknown, api: CellApi) => cellOf(api, isNumbered) },
      ],
    },
  };
}

function cellOf(api: CellApi, isNumbered: boolean): Record<string, unknown> {
  const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)]);
  const [width = 0, height = 0] = api.size([1, 1]);
  const share = api.value(3);
  const square = {
    type: 'rect',
    shape: { x: x - width / 2 + 0.5, y: y - height / 2 + 0.5, width: width - 1, height: height - 1 },
    style: { fill: COLOUR.first, opacity: 0.08 + 0.92 * share },
  };
  const number = {
    type: 'text',
    style: {
      text: imageCount(api.value(2)),
      x,
      y,
      align: 'center',
      verticalAlign: 'middle',
      fontSize: 11,
      fill: share > DARK ? COLOUR.paper : COLOUR.ink,
    },
  };
  return { type: 'group', children: isNumbered ? [square, number] : [square] };
}
