import { decodeText, peekText } from '../../decode-text.ts';
import type { IniDocument } from '../../ini.ts';
import { iniValue, parseIni } from '../../ini.ts';

export const HITACHI_SECTION = 'SemImageFile';

export interface HitachiHeader {
  document: IniDocument;
  encoding: string;
  /** Parts of the old `Condition` line, "Vacc=15.0kV   Mag=x40   WD=8.10mm". */
  condition: Map<string, string>;
}

export function isHitachiText(bytes: Uint8Array): boolean {
  return /^\s*\[SemImageFile\]/.test(peekText(bytes));
}

function readCondition(text: string): Map<string, string> {
  const parts = text.split(/[ \t,;]+/).map((part) => part.split('='));
  return new Map(
    parts.flatMap(([name, value]): [string, string][] =>
      name === undefined || value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );
}

export function parseHitachi(bytes: Uint8Array): HitachiHeader {
  const decoded = decodeText(bytes);
  const document = parseIni(decoded);
  return {
    document,
    encoding: decoded.encoding,
    condition: readCondition(iniValue(document, HITACHI_SECTION, 'Condition') ?? ''),
  };
}
