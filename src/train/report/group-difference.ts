import type { Evaluation, GroupDifference } from './training-report.ts';

function ofHundred(share: number): string {
  return `${Math.round(share * 100)} of 100`;
}

/** What the figures of seen and of left-out groups mean, in words for somebody who did not make them. */
export function groupDifference(evaluations: readonly Evaluation[]): GroupDifference {
  const seen = evaluations.find(({ metrics }) => metrics.split === 'cross-validation')?.metrics.top1 ?? 0;
  const unseen = evaluations.find(({ metrics }) => metrics.split === 'leave-one-group-out');
  if (unseen === undefined) {
    return {
      seen,
      meaning: `The groups of the images (session, sample, source) are not known, so images of one session may stand on both sides of the split: ${ofHundred(seen)} right answers may be more than a new session will get.`,
    };
  }
  const { metrics, severalGroups, singleGroup = [] } = unseen;
  const both = `Of images of groups that the head has seen ${ofHundred(seen)} get the right label, of images of groups that were left out ${ofHundred(metrics.top1)}${apart(singleGroup, severalGroups?.top1)}.`;
  return { seen, unseen: metrics.top1, meaning: `${both} ${reading(seen, severalGroups?.top1 ?? metrics.top1)}` };
}

function apart(single: readonly string[], top1: number | undefined): string {
  if (top1 === undefined) return ' (every class has one group only, so none of its images was there to learn from)';
  if (single.length === 0) return '';
  const classes = single.length === 1 ? 'the class' : `the ${single.length} classes`;
  return ` (${ofHundred(top1)} without ${classes} of one group only, whose images were not there to learn from)`;
}

/** Below this difference the two may be the same: an interval of some hundred images is about as wide. */
const SMALL_DIFFERENCE = 0.05;

function reading(seen: number, unseen: number): string {
  if (seen - unseen < SMALL_DIFFERENCE) {
    return 'The two are alike: what the head has learnt carries over to groups that it has not seen.';
  }
  return 'The random split flatters, because images of one group resemble each other: expect the second figure on a new session, sample or instrument, and the first only on more of the same. Labelled images of the new group close the gap.';
}
