// Compiles src/raster/assembly to assets/pixel-kernels.wasm, to the same bytes on every run:
//
//     npm run kernels            or     node scripts/make-kernels.mjs FILE
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';

const root = join(import.meta.dirname, '..');
const target = process.argv[2] ?? join(root, 'assets/pixel-kernels.wasm');
const source = join(root, 'src/raster/assembly/kernels.ts');
const { error } = await main(
  // The stub runtime allocates nothing: the kernels have no objects.
  [source, '--outFile', target, '-O3', '--noAssert', '--enable', 'simd', '--runtime', 'stub', '--initialMemory', '1'],
  { stderr: process.stderr },
);
// What is wrong was printed.
if (error) process.exitCode = 1;
