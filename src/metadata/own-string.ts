/** The same characters as the name of a property, not as the part of a text, which would keep the whole text in memory. */
export function ownString(part: string): string {
  const [own = part] = Object.keys({ [part]: true });
  return own;
}
