/**
 * The names that earlier revisions gave to `NAME.r3.h5`: `NAME.r2.h5` and `NAME.h5`. A run that was cut off after its
 * record.json leaves them, and then no record.json lists them any more.
 */
export function olderNames(name: string): string[] {
  const [, stem, revision, extension] = /^(.+)\.r(\d{1,4})\.(.+)$/.exec(name) ?? [];
  if (stem === undefined) return [];
  const between = Array.from({ length: Math.max(0, Number(revision) - 2) }, (_, index) => `${stem}.r${index + 2}`);
  return [stem, ...between].map((older) => `${older}.${extension}`);
}
