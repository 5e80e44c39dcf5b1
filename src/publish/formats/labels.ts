import type { HumanLabel, Label, MicrographRecord, ModelRef } from '../../domain/record.ts';

type Classified = Pick<MicrographRecord, 'classification'>;

/** A label that the classifier's decision lets stand as a subject of the picture. */
export interface Subject extends Label {
  /** Who said so: a person, or the model, its version and how sure it was. Never without. */
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
  const { labels, decision, model, human } = classification;
  if (human) return [{ label: human.label, score: 1, rank: 1, scheme: `Label ${saidBy(human)}` }];
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
  const { labels, decision, model, human } = classification;
  const reason = classification.reason.replace(/\.$/, '');
  if (human && labels.length === 0) return `Labelled ${human.label} ${saidBy(human)}.`;
  if (labels.length === 0) return decision === 'none' ? `Not classified: ${reason}.` : undefined;
  const scores = ranked(labels).map(({ label, score }) => `${label} ${score.toFixed(3)}`);
  const by = model ? ` by ${model.name} version ${model.version}` : '';
  const given = `Labels given${by}, with scores: ${scores.join(', ')}`;
  return human ? `Labelled ${human.label} ${saidBy(human)}. ${given}.` : `${given}; decision: ${decision} (${reason}).`;
}

function saidBy({ by, at }: HumanLabel): string {
  return `by ${by ?? 'a person'} on ${at.slice(0, 10)}`;
}

/** The labels, best first. */
export function ranked(labels: readonly Label[]): Label[] {
  return labels.toSorted((a, b) => a.rank - b.rank);
}
