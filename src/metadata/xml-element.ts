/** An element of an XML text. Names of elements and attributes stand without their namespace prefix. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /**
   * The characters directly inside, entities decoded; a line ends with LF (XML 1.0, section 2.11). White space that stands
   * alone between two tags is left out.
   */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** An element while it is read. */
export interface OpenElement extends XmlElement {
  text: string;
  readonly children: OpenElement[];
}

/** The deepest known header has nine levels. */
export const MAX_DEPTH = 64;
/** Elements and attributes together; the largest known header (the state of a Helios G4 as XML) has some two thousand. */
export const MAX_NODES = 20_000;

/** Most elements have none. */
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

export function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

/** An element of the local name `name`, with the attributes that declare no namespace; the first of a local name counts. */
export function newElement(name: string, attributes: Iterable<readonly [name: string, value: string]>): OpenElement {
  let kept: Map<string, string> | undefined;
  for (const [key, value] of attributes) {
    if (key === 'xmlns' || key.startsWith('xmlns:')) continue;
    const local = localName(key);
    kept ??= new Map();
    if (!kept.has(local)) kept.set(local, value);
  }
  return { name, attributes: kept ?? NO_ATTRIBUTES, text: '', children: [] };
}
