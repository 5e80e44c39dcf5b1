import { decodeText } from '../../decode-text.ts';
import type { IniDocument } from '../../ini.ts';
import { parseIni } from '../../ini.ts';

export interface PhilipsHeader {
  document: IniDocument;
  encoding: string;
}

export function parsePhilips(bytes: Uint8Array): PhilipsHeader {
  const decoded = decodeText(bytes);
  return { document: parseIni(decoded), encoding: decoded.encoding };
}
