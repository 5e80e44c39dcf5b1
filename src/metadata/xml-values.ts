import type { Trust } from '../domain/record.ts';
import type { Term } from '../domain/terms.ts';
import type { HeaderSections } from './harvest-types.ts';
import type { Statement, TermList } from './term-list.ts';
import { addTerm } from './term-list.ts';
import type { XmlElement } from './xml-element.ts';

/**
 * Places of a term in the order of preference. A place is a path of element names below the root, "Stage/Tilt", with
 * "@name" behind it for an attribute. The first element of a name counts.
 */
export interface XmlRule {
  term: Term;
  from: readonly string[];
  /** The attribute of the element that names the unit of its number. */
  unitAttribute?: string;
  /** The unit where the element has no such attribute. */
  unit?: string;
  trust?: Trust;
}

interface Place {
  names: readonly string[];
  attribute: string | undefined;
}

/** The places that the readers' tables name, taken apart once. */
const PLACES = new Map<string, Place>();

function placeOf(place: string): Place {
  const known = PLACES.get(place);
  if (known !== undefined) return known;
  const [path = '', attribute] = place.split('@');
  const parts = { names: path === '' ? [] : path.split('/'), attribute };
  PLACES.set(place, parts);
  return parts;
}

function elementOf(place: string): string {
  const at = place.indexOf('@');
  return at < 0 ? place : place.slice(0, at);
}

/** The first element at a path of names below `root`; the root itself for "". */
export function elementAt(root: XmlElement, path: string): XmlElement | undefined {
  return descend(root, placeOf(path).names);
}

function descend(root: XmlElement, names: readonly string[]): XmlElement | undefined {
  let element: XmlElement | undefined = root;
  for (const name of names) {
    if (element === undefined) return undefined;
    element = childNamed(element, name);
  }
  return element;
}

function childNamed({ children }: XmlElement, name: string): XmlElement | undefined {
  for (const child of children) {
    if (child.name === name) return child;
  }
  return undefined;
}

/** The characters at a place, without white space at both ends; undefined where there are none. */
export function textAt(root: XmlElement, place: string): string | undefined {
  const { names, attribute } = placeOf(place);
  const element = descend(root, names);
  const text = attribute === undefined ? element?.text : element?.attributes.get(attribute);
  return text?.trim() || undefined;
}

/** What the header says at a place, with the unit that stands beside it. */
export function statementAt(
  root: XmlElement,
  place: string,
  { unitAttribute, unit, trust }: Pick<XmlRule, 'unitAttribute' | 'unit' | 'trust'> = {},
): Statement | undefined {
  const raw = textAt(root, place);
  if (raw === undefined) return undefined;
  const stated = unitAttribute === undefined ? undefined : textAt(root, `${elementOf(place)}@${unitAttribute}`);
  return { key: place, raw, unit: stated ?? unit, trust };
}

/** Adds the terms that the rules find. */
export function applyXmlRules(list: TermList, root: XmlElement, rules: readonly XmlRule[]): void {
  for (const rule of rules) {
    for (const place of rule.from) {
      const statement = statementAt(root, place, rule);
      if (statement !== undefined && addTerm(list, rule.term, statement)) break;
    }
  }
}

type Leaves = [path: string, value: string][];

/** The name of each element, with "[2]" behind it where it stands a second time. */
function namesOf(siblings: readonly XmlElement[]): string[] {
  const seen = new Map<string, number>();
  return siblings.map(({ name }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}[${count}]`;
  });
}

function addLeaves(leaves: Leaves, { attributes, text, children }: XmlElement, path: string): void {
  if (attributes.size > 0) for (const [name, value] of attributes) leaves.push([`${path}@${name}`, value]);
  const value = text.trim();
  if (value !== '') leaves.push([path, value]);
  if (children.length === 0) return;
  const names = namesOf(children);
  for (const [place, child] of children.entries()) addLeaves(leaves, child, `${path}/${names[place]}`);
}

/**
 * The document as a tree: one section for each element below the root, in it the whole paths, which are the keys
 * of the terms. A section that stands twice gets "[2]" behind its name; values directly below the root stand under its name.
 */
export function xmlSections(root: XmlElement): HeaderSections {
  const tree: HeaderSections = new Map();
  const own: Leaves = [];
  const names = namesOf(root.children);
  for (const [place, child] of root.children.entries()) {
    const path = names[place] ?? '';
    const leaves = child.children.length === 0 ? own : [];
    addLeaves(leaves, child, path);
    if (leaves !== own) tree.set(path, leaves);
  }
  for (const [name, value] of root.attributes) own.push([`@${name}`, value]);
  if (own.length > 0) tree.set(root.name, own);
  return tree;
}
