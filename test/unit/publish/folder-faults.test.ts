import { describe, expect, it } from 'vitest';
import { folderFault } from '../../../src/publish/folder-faults.ts';

describe('what a system says of a target folder', () => {
  it.each([
    ['ENOSPC', 'publish/full', true],
    ['EDQUOT', 'publish/full', true],
    ['EACCES', 'publish/unauthorised', false],
    ['EROFS', 'publish/unauthorised', false],
    ['EBUSY', 'publish/busy', true],
    ['ENAMETOOLONG', 'publish/refused', false],
    ['ESTALE', 'publish/unreachable', true],
    ['EIO', 'publish/unreachable', true],
    ['EHOSTDOWN', 'publish/unreachable', true],
  ])('%s means %s', (systemCode, code, retryable) => {
    const cause = Object.assign(new Error('it failed'), { code: systemCode });
    expect(folderFault('write "a"', cause)).toMatchObject({ code, retryable, context: { systemCode }, cause });
  });
});
