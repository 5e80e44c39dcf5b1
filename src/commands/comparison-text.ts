import type { ModelFolder } from '../classify/model-folder.ts';
import type { StoredComparison } from '../pipeline/compare-stored.ts';
import { FEWEST_JUDGES, verdictOn } from '../train/compare-models.ts';
import { modelName } from './model-operands.ts';
import { oneLine, table } from './table.ts';

/** What the shared test list says about two models, for people. */
export function comparisonText(comparison: StoredComparison, [first, second]: [ModelFolder, ModelFolder]): string {
  const { n, figures } = comparison;
  const names = [modelName(first.ref), modelName(second.ref)];
  const title = `Shared test list: ${n} images that neither model was trained on`;
  if (figures === undefined) return [title, ...notesOn(comparison), ''].map(oneLine).join('\n');
  const { top1, top2, macroF1, perClass } = figures;
  const rows = [
    figureRow('top-1', top1),
    figureRow('top-2', top2),
    figureRow('macro F1', macroF1),
    ...perClass.map(({ label, n: images, right: [a, b] }) => [
      `right: ${label}`,
      String(images),
      `${((100 * a) / images).toFixed(0)} %`,
      `${((100 * b) / images).toFixed(0)} %`,
    ]),
  ];
  const columns = [
    { title: '', max: 40 },
    { title: 'n', align: 'right' as const },
    ...names.map((name) => ({ title: name, align: 'right' as const })),
  ];
  return [title, table(columns, rows), ...notesOn(comparison).map(oneLine), ''].join('\n');
}

function figureRow(name: string, [first, second]: [number, number]): string[] {
  return [name, '', first.toFixed(3), second.toFixed(3)];
}

/** The difference in a sentence, and what did not judge. */
export function notesOn(comparison: StoredComparison): string[] {
  const { n, figures, leftOut, silent, embedded } = comparison;
  const { trainedOn, unknownLabel, missing } = leftOut;
  return [
    ...(figures === undefined ? [] : [differenceText(figures.paired)]),
    ...(n < FEWEST_JUDGES ? [`${n} images are too few to tell (${FEWEST_JUDGES} are needed).`] : []),
    ...(trainedOn > 0 ? [`${trainedOn} images were left out: one of the models was trained on them.`] : []),
    ...(unknownLabel > 0 ? [`${unknownLabel} images were left out: one of the models does not know their label.`] : []),
    ...(missing > 0
      ? [`${missing} images were left out: their embedding of a backbone is missing, and their file is not there.`]
      : []),
    ...(embedded > 0 ? [`${embedded} images were embedded for this.`] : []),
    ...silent.map(
      ({ ref }) => `${modelName(ref)} does not say which images it was trained on: it is assumed that none of these.`,
    ),
  ];
}

type Paired = NonNullable<StoredComparison['figures']>['paired'];

function differenceText({ difference, low, high, onlyFirst, onlySecond, p }: Paired): string {
  return `Difference in top-1: ${points(difference)} points, 95 % interval ${points(low)} to ${points(high)}; right in only one: ${onlyFirst} and ${onlySecond} (McNemar p = ${p.toPrecision(2)}).`;
}

function points(share: number): string {
  return `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)}`;
}

/** For programs. */
export function comparisonJson(comparison: StoredComparison): object {
  const { silent, ...facts } = comparison;
  return { ...facts, verdict: verdictOn(comparison), silent: silent.map(({ ref }) => modelName(ref)) };
}
