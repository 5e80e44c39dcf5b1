import { recordFolder } from '../../domain/ids.ts';
import type { MatchReason, SearchHit } from '../index-interface.ts';
import type { RawHit } from './requests.ts';
import { HitSource } from './source.ts';

/** A hit as every index gives it, without a score. `matched` is why it was found. */
export function toHit(raw: RawHit, matched: MatchReason = { terms: [] }): SearchHit {
  const source = HitSource.parse(raw.source);
  const { id, revision, name, decision } = source;
  return {
    id,
    revision,
    matched,
    name,
    recordPath: recordFolder(id),
    ...present({
      picture: source.picture,
      vendor: source.vendor,
      instrument: source.instrument,
      detector: source.detector,
      acquiredAt: source.acquired_at,
      humanLabel: source.human_label,
    }),
    ...present({
      accelerationVoltageV: source.acceleration_voltage_v,
      pixelSizeM: source.pixel_size_m,
      fieldWidthM: source.field_width_m,
    }),
    labels: source.labels.map(({ label, score, rank }) => ({ label, score, rank })).toSorted((a, b) => a.rank - b.rank),
    decision,
    issues: source.issues.toSorted(),
  };
}

/** Absent is absent: no property is there with the value undefined. */
function present<Value>(values: Record<string, Value | undefined>): Record<string, Value> {
  const entries = Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
