/** The groups of the template that records add to; they are made by scripts/make-nexus-template.py. */
export const INSTRUMENT = '/entry/measurement/instrument';
export const EVENT = '/entry/measurement/event1';
export const EVENT_INSTRUMENT = `${EVENT}/instrument`;
export const IMAGE = `${EVENT}/image1`;
export const PLOT = `${IMAGE}/image_2d`;
/** What the picture shows; outside of the measurement, where HyperSpy would take every NXdata for a default plot. */
export const ROI_IMAGE = '/entry/roi1/img/image1';
export const STACK = `${ROI_IMAGE}/stack_2d`;
export const ATTACHMENTS = '/entry/attachments';

const FALSE = '/entry/sample/is_simulation';
const TRUE = `${ATTACHMENTS}/true`;

/** The dataset of the template that a boolean of this value is a link to. */
export function booleanPath(value: boolean): string {
  return value ? TRUE : FALSE;
}
