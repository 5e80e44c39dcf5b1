import { ownString } from './own-string.ts';
import type { OpenElement } from './xml-element.ts';
import { localName, MAX_DEPTH, MAX_NODES, newElement } from './xml-element.ts';

/** Characters that XML forbids or that take two units of UTF-16. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const NOT_PLAIN = /[\0-\u0008\u000B\u000C\u000E-\u001F\uD800-\uFFFF]/;
const DECLARATION = /^<\?xml version="1\.0"(?: encoding="[A-Za-z][\w.-]{0,39}")?(?: standalone="(?:yes|no)")?\?>/;
const NAME = /^[A-Za-z_][\w.:-]{0,99}$/;
const ATTRIBUTE = / ([A-Za-z_][\w.:-]{0,99})="([^"<\t\r\n]{0,999})"/y;
const [TAB, LF, CR, SPACE, SLASH] = [9, 10, 13, 32, 47];

/** Local names by the names met before: to look one up costs less than the expression. */
const localNames = new Map<string, string>();
/** Headers have some 500; what a hostile file makes up beyond is not kept. */
const MOST_NAMES = 4096;
const NO_ATTRIBUTES: readonly (readonly [string, string])[] = [];

function localNameOf(name: string): string | undefined {
  const known = localNames.get(name);
  if (known !== undefined) return known;
  if (!NAME.test(name)) return undefined;
  const local = ownString(localName(name));
  if (localNames.size < MOST_NAMES) localNames.set(ownString(name), local);
  return local;
}

/** The attributes behind the name of a tag; undefined where they are written in any other way, or one stands twice. */
function attributesFrom(tag: string, from: number): Map<string, string> | undefined {
  const attributes = new Map<string, string>();
  for (ATTRIBUTE.lastIndex = from; ATTRIBUTE.lastIndex < tag.length; ) {
    const [, name = '', value = ''] = ATTRIBUTE.exec(tag) ?? [];
    if (name === '' || attributes.has(name)) return undefined;
    attributes.set(name, value);
  }
  return attributes;
}

/** Where white space ends; `end` at the latest. */
function whiteEnd(text: string, start: number, end: number): number {
  let at = start;
  for (; at < end; at++) {
    const code = text.codePointAt(at);
    if (code !== SPACE && code !== LF && code !== CR && code !== TAB) break;
  }
  return at;
}

/** The plain elements of one text. */
class PlainXml {
  root: OpenElement | undefined;
  private readonly open: { name: string; element: OpenElement }[] = [];
  private nodes = 0;

  get isComplete(): boolean {
    return this.open.length === 0;
  }

  /** Each of these is false where the text is not plain, not well formed or too large. */
  addText(characters: string): boolean {
    const current = this.open.at(-1);
    if (current === undefined) return false;
    current.element.text += characters.includes('\r') ? characters.replaceAll(/\r\n?/g, '\n') : characters;
    return true;
  }

  close(name: string): boolean {
    return this.open.pop()?.name === name;
  }

  begin(tag: string, isEmpty: boolean): boolean {
    const space = tag.indexOf(' ');
    const name = space < 0 ? tag : tag.slice(0, space);
    const local = localNameOf(name);
    const attributes = space < 0 ? NO_ATTRIBUTES : attributesFrom(tag, space);
    if (local === undefined || attributes === undefined || this.open.length >= MAX_DEPTH) return false;
    this.nodes += 1 + (attributes instanceof Map ? attributes.size : 0);
    if (this.nodes > MAX_NODES) return false;
    const element = newElement(local, attributes);
    const parent = this.open.at(-1)?.element;
    if (parent !== undefined) parent.children.push(element);
    else if (this.root === undefined) this.root = element;
    else return false;
    if (!isEmpty) this.open.push({ name, element });
    return true;
  }
}

/**
 * The tree of a text that has nothing but elements, attributes and characters, all in their plainest form, as microscopes
 * write it; `node bench/header-parts.mjs` says in which part of the parser's time. Undefined for every other text, well formed or not, of which
 * the parser has to judge.
 */
export function readPlainXml(text: string): OpenElement | undefined {
  if (text.includes('&') || text.includes(']]>') || NOT_PLAIN.test(text)) return undefined;
  const plain = new PlainXml();
  let at = DECLARATION.exec(text)?.[0].length ?? 0;
  for (let less = text.indexOf('<', at); less >= 0; less = text.indexOf('<', at)) {
    const more = text.indexOf('>', less);
    if (more < 0 || (whiteEnd(text, at, less) < less && !plain.addText(text.slice(at, less)))) return undefined;
    at = more + 1;
    const isEmpty = text.codePointAt(more - 1) === SLASH;
    const end = isEmpty ? more - (text.codePointAt(more - 2) === SPACE ? 2 : 1) : more;
    const fits =
      text.codePointAt(less + 1) === SLASH
        ? plain.close(text.slice(less + 2, more))
        : plain.begin(text.slice(less + 1, end), isEmpty);
    if (!fits) return undefined;
  }
  return plain.isComplete && whiteEnd(text, at, text.length) === text.length ? plain.root : undefined;
}
