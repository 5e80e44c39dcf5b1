import type { Label, MicrographRecord, ModelRef } from '../../domain/record.ts';

type Classified = Pick<MicrographRecord, 'classification'>;

/** A label that the classifier's decision lets stand as a subject of the picture. */
export interface Subject extends Label {
  /** The model, its version and how sure it was: never without. */
  scheme: string;
  /** Of the model, by the SHA-256 of its model.json. */
  schemeUri?: string;
}

/** IRI of a model: its content, for a name may mean another model elsewhere. */
export function modelIri({ sha256 }: ModelRef): string {
  return `hash://sha256/${sha256}`;
}

/**
 * The labels that may be used as subjects: the first where it is accepted, two where they are suggested, none where a
 * person has to look at them first.
 */
export function subjectsOf({ classification }: Classified): Subject[] {
  const { labels, decision, model } = classification;
  const counts = { accepted: 1, suggested: 2, review: 0, none: 0 } as const;
  const by = model ? `model ${model.name}, version ${model.version}` : 'a model that is not named';
  return ranked(labels)
    .slice(0, counts[decision])
    .map((label) => ({
      ...label,
      scheme: `Label by ${by}: ${decision}, score ${label.score.toFixed(3)}`,
      ...(model && { schemeUri: modelIri(model) }),
    }));
}

/** All labels with their scores and what they may be used for, in one sentence; undefined where there are none. */
export function labelsSentence({ classification }: Classified): string | undefined {
  const { labels, decision, model } = classification;
  const reason = classification.reason.replace(/\.$/, '');
  if (labels.length === 0) return decision === 'none' ? `Not classified: ${reason}.` : undefined;
  const scores = ranked(labels).map(({ label, score }) => `${label} ${score.toFixed(3)}`);
  const by = model ? ` by ${model.name} version ${model.version}` : '';
  return `Labels given${by}, with scores: ${scores.join(', ')}; decision: ${decision} (${reason}).`;
}

/** The labels, best first. */
export function ranked(labels: readonly Label[]): Label[] {
  return labels.toSorted((a, b) => a.rank - b.rank);
}
