import { escapeHtml, paragraph, section } from './html.ts';
import type { TrainingReport, WorstError } from './training-report.ts';

/** The surest wrong answers with their pictures. */
export function errorsSection({ worstErrors }: TrainingReport, thumbnails: ReadonlyMap<string, Uint8Array>): string {
  if (worstErrors.length === 0)
    return section('Errors', [paragraph('No image got a wrong first label in cross-validation.')]);
  return section('The surest errors', [
    paragraph(
      'Wrong answers of the cross-validation, the highest score first. Look at them for labels that are wrong, pictures of two things, and classes whose border is not clear.',
    ),
    `<ol class="pictures">${worstErrors.map((error) => errorItem(error, thumbnails.get(error.sha256))).join('\n')}</ol>`,
  ]);
}

function errorItem(
  { picture, sha256, label, predicted, score, labelScore }: WorstError,
  jpeg: Uint8Array | undefined,
): string {
  const name = picture ?? sha256.slice(0, 12);
  const image =
    jpeg === undefined
      ? '<span class="missing">no picture</span>'
      : `<img alt="${escapeHtml(name)}" src="data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}">`;
  const answer = `<strong>${breakable(predicted)}</strong> ${score.toFixed(2)}`;
  return `<li>${image}${answer}<br>is ${breakable(label)} ${labelScore.toFixed(2)}<br><span class="note">${breakable(name)}</span></li>`;
}

/** Labels and file names are often one long word of many with "_" between. */
function breakable(text: string): string {
  return escapeHtml(text).replaceAll('_', '_<wbr>');
}
