import type { HeaderSections } from './harvest-types.ts';

/** A header's tree as JSON, less the entries that are left out. */
export function sectionsJson(
  sections: HeaderSections,
  isLeftOut: (section: string, key: string, value: string) => boolean = () => false,
): string {
  const shown = [...sections].map(([section, entries]) => {
    const kept = [...entries].filter(([key, value]) => !isLeftOut(section, key, value));
    return [section, Object.fromEntries(kept)] as const;
  });
  return JSON.stringify(Object.fromEntries(shown));
}
