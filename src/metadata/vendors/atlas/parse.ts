import type { XmlDocument } from '../../xml.ts';
import { parseXml } from '../../xml.ts';

export interface AtlasHeader extends XmlDocument {
  /** `<BeamInfo><item name="Ext V">=  4.28 kV</item>` as "BeamInfo/item[Ext V]": the characters behind the "=". */
  items: ReadonlyMap<string, string>;
}

/** @throws Error where the XML cannot be read or is another program's. */
export function parseAtlas(bytes: Uint8Array): AtlasHeader {
  const document = parseXml(bytes);
  const { root } = document;
  if (root.name !== 'Fibics') throw new Error(`the root is <${root.name}> and not <Fibics>`);
  const items = new Map<string, string>();
  for (const section of root.children) {
    for (const { name, attributes, text } of section.children) {
      const label = attributes.get('name');
      if (name !== 'item' || label === undefined) continue;
      const key = `${section.name}/item[${label}]`;
      if (!items.has(key)) items.set(key, text.trim().replace(/^=/, '').trim());
    }
  }
  return { ...document, items };
}
