import { sharedDir } from './shared-folder.ts';

const SAID = 'SEMANTIFF_TEST_SAID_WHAT_IS_LEFT_OUT';

/** Says once (it runs for each project of tests) what a clone without the folder of real samples leaves out. */
export function setup(): void {
  if (sharedDir() === undefined && process.env[SAID] === undefined) {
    process.env[SAID] = '1';
    process.stdout.write('No ../shared beside this checkout: the tests on real micrographs are left out.\n');
  }
}
