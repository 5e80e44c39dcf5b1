import { sharedDir } from './shared-folder.ts';

/** Says once what a clone without the folder of real samples leaves out. */
export function setup(): void {
  if (sharedDir() === undefined) {
    process.stdout.write('No ../shared beside this checkout: the tests on real micrographs are left out.\n');
  }
}
