import type { Plot } from './draw-plot.ts';
import { COLOUR } from './draw-plot.ts';
import { percent, splitTitle } from './figures-text.ts';
import type { Evaluation, LearningCurve } from './training-report.ts';

export const WIDTH_PX = 640;
const HALF_WIDTH_PX = 440;
const HEIGHT_PX = 320;

export const TEXT = { color: COLOUR.ink, fontSize: 12 };

export const LEGEND = { top: 0, left: 'center', textStyle: TEXT, itemGap: 20 };

/** A value axis with a name below or beside it, and thin lines across the plot. */
export function valueAxis(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameTextStyle: TEXT,
    axisLabel: TEXT,
    axisLine: { show: true, lineStyle: { color: COLOUR.muted } },
    splitLine: { lineStyle: { color: COLOUR.line } },
    ...more,
  };
}

export const SHARE = { min: 0, max: 1, interval: 0.2 };

interface Point {
  value: [number, number];
  symbolSize?: number;
}

/** Score against share of right answers, a point a bin with as much area as it has images, beside the diagonal. */
export function reliabilityPlot(id: string, { metrics, reliability }: Evaluation): Plot {
  const bins = reliability.filter(({ n }) => n > 0);
  const most = Math.max(...bins.map(({ n }) => n));
  const points = bins.map(
    ({ meanScore = 0, right = 0, n }): Point => ({
      value: [meanScore, right],
      symbolSize: 6 + 22 * Math.sqrt(n / most),
    }),
  );
  return {
    id,
    title: `Reliability, ${splitTitle(metrics.split)}`,
    description: `Share of right answers over their score in ten bins; calibration error ${metrics.ece.toFixed(3)}. The table has the numbers.`,
    widthPx: HALF_WIDTH_PX,
    heightPx: HALF_WIDTH_PX - 60,
    option: {
      grid: { left: 56, right: 16, top: 16, bottom: 48, containLabel: false },
      xAxis: valueAxis('score of the first label', { ...SHARE, nameGap: 28 }),
      yAxis: valueAxis('share of right answers', { ...SHARE, nameGap: 36 }),
      series: [
        {
          type: 'line',
          data: [
            [0, 0],
            [1, 1],
          ],
          symbol: 'none',
          lineStyle: { color: COLOUR.muted, type: 'dashed', width: 1 },
          silent: true,
        },
        {
          type: 'scatter',
          data: points,
          itemStyle: { color: COLOUR.first, opacity: 0.75, borderColor: COLOUR.ink },
          silent: true,
        },
      ],
    },
  };
}

/** How many right and wrong answers have which score, and where the two curves cross. */
export function scoresPlot(id: string, { metrics, scores }: Evaluation): Plot {
  const { right, wrong, crossing } = scores;
  const steps = (counts: readonly number[]): [number, number][] =>
    [...counts, counts.at(-1) ?? 0].map((count, at) => [at / counts.length, count / (metrics.repeats ?? 1)]);
  const series = (name: string, counts: readonly number[], style: { color: string; type: string }) => ({
    name,
    type: 'line',
    step: 'end',
    data: steps(counts),
    symbol: 'none',
    lineStyle: { ...style, width: 2 },
    itemStyle: { color: style.color },
    silent: true,
  });
  const crossed = crossing === undefined ? '' : ` The curves cross at ${crossing.toFixed(2)}.`;
  return {
    id,
    title: `Scores of right and wrong answers, ${splitTitle(metrics.split)}`,
    description: `Number of images over the score of their first label in steps of ${1 / right.length}.${crossed} The table has the numbers.`,
    widthPx: HALF_WIDTH_PX,
    heightPx: HEIGHT_PX,
    option: {
      legend: { ...LEGEND, data: ['right', 'wrong'] },
      grid: { left: 56, right: 16, top: 36, bottom: 48, containLabel: false },
      xAxis: valueAxis('score of the first label', { ...SHARE, nameGap: 28 }),
      yAxis: valueAxis('images', { min: 0, minInterval: 1, nameGap: 40 }),
      series: [
        {
          ...series('right', right, { color: COLOUR.first, type: 'solid' }),
          areaStyle: { color: COLOUR.first, opacity: 0.15 },
          ...(crossing !== undefined && { markLine: markAt(crossing) }),
        },
        series('wrong', wrong, { color: COLOUR.second, type: 'dashed' }),
      ],
    },
  };
}

function markAt(score: number): Record<string, unknown> {
  return {
    symbol: 'none',
    silent: true,
    lineStyle: { color: COLOUR.ink, type: 'dotted', width: 1.5 },
    label: { formatter: score.toFixed(2), ...TEXT, position: 'insideEndTop' },
    data: [{ xAxis: score }],
  };
}

const SPLIT_STYLES = [
  { color: COLOUR.first, type: 'solid', symbol: 'circle' },
  { color: COLOUR.second, type: 'dashed', symbol: 'rect' },
  { color: COLOUR.third, type: 'dotted', symbol: 'triangle' },
];

/** Accuracy where only the surest answers are taken. */
export function coveragePlot(id: string, evaluations: readonly Evaluation[]): Plot {
  return {
    id,
    title: 'Accuracy of the surest answers',
    description:
      'Share of right answers over the share of images that get an answer, when those of low score get none. The table has the numbers.',
    widthPx: WIDTH_PX,
    heightPx: HEIGHT_PX,
    option: {
      legend: { ...LEGEND, data: evaluations.map(({ metrics }) => splitTitle(metrics.split)) },
      grid: { left: 56, right: 16, top: 36, bottom: 48, containLabel: false },
      xAxis: valueAxis('share of images with an answer', { ...SHARE, nameGap: 28 }),
      yAxis: valueAxis('share of right answers', { ...SHARE, nameGap: 36 }),
      series: evaluations.map(({ metrics, coverage }, at) => {
        const { color, type, symbol } = SPLIT_STYLES[at % SPLIT_STYLES.length] ?? { color: COLOUR.ink };
        return {
          name: splitTitle(metrics.split),
          type: 'line',
          data: coverage.map((point) => [point.coverage, point.accuracy]),
          symbol,
          symbolSize: 6,
          lineStyle: { color, type, width: 2 },
          itemStyle: { color },
          silent: true,
        };
      }),
    },
  };
}

/** Accuracy over images per class; the bars reach from the lowest to the highest draw. */
export function learningPlot(id: string, { points }: LearningCurve): Plot {
  const last = points.at(-1);
  const names = points.map(({ perClass }) => String(perClass));
  return {
    id,
    title: 'Learning curve',
    description: `Accuracy over the number of images of every class; ${percent(last?.top1.mean)} with all of them. The table has the numbers.`,
    widthPx: WIDTH_PX,
    heightPx: HEIGHT_PX,
    option: {
      legend: { ...LEGEND, data: ['top-1', 'macro F1'] },
      grid: { left: 56, right: 16, top: 36, bottom: 48, containLabel: false },
      xAxis: {
        type: 'category',
        data: names,
        name: 'images of every class, as far as it has so many',
        nameLocation: 'middle',
        nameGap: 28,
        nameTextStyle: TEXT,
        axisLabel: TEXT,
        axisLine: { lineStyle: { color: COLOUR.muted } },
      },
      yAxis: valueAxis('share of right answers, F1', { ...SHARE, nameGap: 36 }),
      series: [
        { name: 'top-1', data: points.map(({ top1 }) => top1.mean), ...lineStyle(COLOUR.first, 'solid', 'circle') },
        {
          name: 'macro F1',
          data: points.map(({ macroF1 }) => macroF1.mean),
          ...lineStyle(COLOUR.second, 'dashed', 'rect'),
        },
        spreadBars(points.map(({ top1 }, at) => [at, top1.low, top1.high])),
      ],
    },
  };
}

function lineStyle(color: string, type: string, symbol: string): Record<string, unknown> {
  return {
    type: 'line',
    symbol,
    symbolSize: 7,
    lineStyle: { color, type, width: 2 },
    itemStyle: { color },
    silent: true,
  };
}

interface CoordinateApi {
  value(dimension: number): number;
  coord(point: readonly number[]): number[];
}

function spreadBars(data: readonly number[][]): Record<string, unknown> {
  return {
    type: 'custom',
    silent: true,
    data,
    renderItem: (_: unknown, api: CoordinateApi) => {
      const [x = 0, low = 0] = api.coord([api.value(0), api.value(1)]);
      const [, high = 0] = api.coord([api.value(0), api.value(2)]);
      return {
        type: 'group',
        children: [bar(x, low, x, high), bar(x - 5, low, x + 5, low), bar(x - 5, high, x + 5, high)],
      };
    },
  };
}

function bar(x1: number, y1: number, x2: number, y2: number): Record<string, unknown> {
  return { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: COLOUR.first, lineWidth: 1.5 } };
}
