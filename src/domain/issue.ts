import { z } from 'zod';

export type Severity = 'info' | 'warning' | 'error';

/** Every issue a record can carry: faults of the data, never of the program. */
export const ISSUE_CATALOGUE = {
  'header-unknown': 'warning',
  'header-unreadable': 'warning',
  'header-value-unreadable': 'warning',
  'header-conflict': 'warning',
  'pixel-size-missing': 'warning',
  'pixel-size-conflict': 'warning',
  'image-size-conflict': 'warning',
  'data-bar-implausible': 'warning',
  'navigation-camera': 'info',
  'ion-beam': 'info',
  'date-ambiguous': 'info',
  'date-implausible': 'warning',
  'time-zone-assumed': 'info',
  'start-time-from-file': 'info',
  'atom-types-missing': 'info',
  'preparation-date-assumed': 'info',
  'not-tiff': 'info',
  'more-pages': 'info',
  'pages-left-out': 'warning',
  'page-unreadable': 'warning',
  'no-contrast': 'warning',
  'sidecar-unreadable': 'warning',
  'user-metadata-invalid': 'warning',
  'tiff-damaged': 'warning',
  'not-classified': 'info',
  saturated: 'info',
  noisy: 'info',
  'out-of-focus': 'info',
  'scan-interrupted': 'warning',
  annotation: 'info',
} as const satisfies Record<string, Severity>;

export type IssueCode = keyof typeof ISSUE_CATALOGUE;
export const IssueCode = z.enum(Object.keys(ISSUE_CATALOGUE) as [IssueCode, ...IssueCode[]]);

export const Issue = z.looseObject({
  code: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  message: z.string(),
});
export type Issue = z.infer<typeof Issue>;

/** Makes an issue of the catalogue; `data` carries the numbers behind the sentence. */
export function issue(code: IssueCode, message: string, data: Record<string, string | number | boolean> = {}): Issue {
  return { code, severity: ISSUE_CATALOGUE[code], message, ...data };
}
