import type { QuantityRange } from '../domain/quantity-range.ts';
import type { TimeSpan } from './query.ts';
import type { RangeField } from './range-fields.ts';

/** A part of a free text that was understood as a filter, so that a person sees it and can drop it. */
export type Chip = {
  /** As typed. */
  text: string;
  /** For people: "acceleration voltage 5 kV to 10 kV". */
  label: string;
} & ({ field: RangeField; range: QuantityRange } | { field: 'date'; range: TimeSpan });

/** A taker cuts what it understands out of the text and puts it down as chips. */
export type Take = (pattern: RegExp, read: (match: RegExpExecArray) => Chip | undefined) => void;
