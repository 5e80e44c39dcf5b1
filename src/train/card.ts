import { FEW_IMAGES } from '../classify/decide.ts';
import type { Metrics, ModelManifest, Threshold } from '../classify/model-schema.ts';

/** `card.md`: what a person must know before trusting the model. `notes` are added to the limits. */
export function modelCard(manifest: ModelManifest, notes: readonly string[]): string {
  const sections = [
    `# ${manifest.name} ${manifest.version}`,
    intro(manifest),
    '## Training images',
    classTable(manifest),
    '## Measured',
    metricsTable(manifest.metrics),
    '## Decisions',
    decisions(manifest),
    '## Limits',
    limits(manifest, notes),
    '## Data and licences',
    sources(manifest),
  ];
  return `${sections.join('\n\n')}\n`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function intro({ labels, backbone, preprocessing, head, training, trainingImages }: ModelManifest): string {
  const kind = head.hidden === undefined ? 'a softmax head' : `a head with a hidden layer of ${head.hidden} units`;
  const real = trainingImages.reduce((sum, count) => sum + count.real, 0);
  const simulated = trainingImages.reduce((sum, count) => sum + count.simulated, 0);
  const drawn = simulated === 0 ? '' : ` and ${simulated} simulated ones that count ${training.simulatedWeight} each`;
  return [
    `A classifier of micrographs with ${labels.length} labels: ${kind} on the embeddings of ${backbone.name} (${preprocessing}).`,
    `The head was trained by ${training.software} (${training.trainer}, seed ${training.seed}, C = ${training.c}) on ${real} real images${drawn}.`,
  ].join('\n');
}

function classTable({ labels, trainingImages }: ModelManifest): string {
  const rows = labels.map((label, at) => {
    const { real = 0, simulated = 0 } = trainingImages[at] ?? {};
    return `| ${label} | ${real} | ${simulated} | ${real < FEW_IMAGES ? 'always review' : ''} |`;
  });
  return ['| label | real | simulated | |', '|---|---:|---:|---|', ...rows].join('\n');
}

const SPLIT_NAMES: Readonly<Record<string, string>> = {
  'cross-validation': '5-fold cross-validation by image: images of sources that the head has seen',
  'leave-one-group-out': 'leave one source out: images of sources that the head has not seen',
  test: 'held-out test images, never trained on',
};

function metricsTable(metrics: readonly Metrics[]): string {
  const rows = metrics.map(({ split, n, repeats, groups, top1, top2, macroF1, ece, outliers, accepted, suggested }) => {
    const more = [repeats === undefined ? '' : `${repeats} repeats`, groups === undefined ? '' : `${groups} sources`];
    const count = [String(n), ...more.filter((text) => text !== '')].join(', ');
    const figures = [percent(top1), percent(top2), macroF1.toFixed(2), ece.toFixed(2), percent(outliers)];
    return `| ${[SPLIT_NAMES[split] ?? split, count, ...figures, decided(accepted), decided(suggested)].join(' | ')} |`;
  });
  return [
    '| validation (real images only) | n | first label right | right label among the first two | macro F1 | calibration error | outliers | accepted: images, first label right | suggested: images, right among two |',
    '|---|---|---:|---:|---:|---:|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

function decided({ n, right }: Metrics['accepted']): string {
  return right === undefined ? 'none' : `${Math.round(n)}, ${percent(right)}`;
}

function decisions({ thresholds, neighbours, calibration }: ModelManifest): string {
  const guard =
    neighbours === undefined
      ? []
      : [
          `- An image whose similarity to every one of ${neighbours.count} training images is below ${neighbours.below} goes to \`review\` whatever its score.`,
        ];
  return [
    describe('accepted', 'the first label', thresholds.accept),
    describe('suggested', 'one of the first two labels', thresholds.suggest),
    ...guard,
    `- A label with fewer than ${FEW_IMAGES} real training images is never decided above \`review\`.`,
    `- Scores are calibrated with temperature ${calibration.temperature} (${calibration.validations.join(' and ')}).`,
  ].join('\n');
}

function describe(decision: string, right: string, threshold: Threshold | undefined): string {
  if (threshold === undefined) {
    return `- Nothing is \`${decision}\`: no threshold reaches the target precision in every validation that it must hold in.`;
  }
  const seen = threshold.evidence.map(
    ({ validation, n, precision, lowerBound, target }) =>
      `${percent(precision)} of ${n} in ${validation} (95 % sure of ${percent(lowerBound)}, ${percent(target)} demanded)`,
  );
  return `- \`${decision}\` above ${threshold.above}: ${right} was right for ${seen.join(' and ')}.`;
}

function limits({ metrics, trainingImages, labels }: ModelManifest, notes: readonly string[]): string {
  const unseen = metrics.find(({ split }) => split === 'leave-one-group-out');
  const few = labels.filter((_, at) => (trainingImages[at]?.real ?? 0) < FEW_IMAGES);
  return [
    unseen === undefined
      ? '- Images of one class often share a source. On an instrument or a kind of sample that the head has not seen it is worse than the figures above; retrain it on images of your own.'
      : `- **On an instrument it has not seen, most labels are wrong until it is retrained on your own images**: leaving one source out, ${percent(unseen.top1)} of ${unseen.n} images got the right label. The cross-validation figure holds only for images of the sources it was trained on.`,
    ...(few.length === 0 ? [] : [`- Too few real images to say anything: ${few.join(', ')}.`]),
    '- The labels name what a whole image shows; an image of two things gets one of them, and an image of something else gets a wrong one.',
    ...notes.map((note) => `- ${note}`),
  ].join('\n');
}

function sources({ data }: ModelManifest): string {
  return data
    .map(({ name, licence, images, attribution }) => {
      const credit = attribution === undefined ? '' : ` ${attribution}`;
      return `- ${name}: ${images} images, ${licence}.${credit}`;
    })
    .join('\n');
}
