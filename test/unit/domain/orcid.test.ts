import { expect, it } from 'vitest';
import { normalOrcid } from '../../../src/domain/orcid.ts';

it('takes ORCID iDs whose check character is right, as digits or as the URL', () => {
  // The examples of https://support.orcid.org/hc/en-us/articles/360006897674.
  expect(normalOrcid('0000-0002-1825-0097')).toBe('0000-0002-1825-0097');
  expect(normalOrcid(' https://orcid.org/0000-0001-5109-3700 ')).toBe('0000-0001-5109-3700');
  expect(normalOrcid('0000-0002-1694-233x')).toBe('0000-0002-1694-233X');
});

it.each([
  '0000-0002-1825-0098',
  '0000-0002-1694-2330',
  '0000000218250097',
  'https://example.org/0000-0002-1825-0097',
  '',
])('refuses %j', (text) => expect(normalOrcid(text)).toBeUndefined());
