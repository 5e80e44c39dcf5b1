// Compiles the kernels in AssemblyScript to assets/*.wasm, to the same bytes on every run:
//
//     npm run kernels            or     node scripts/make-kernels.mjs FOLDER
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';

const root = join(import.meta.dirname, '..');
const target = process.argv[2] ?? join(root, 'assets');
const SOURCES = {
  'pixel-kernels.wasm': 'src/raster/assembly/kernels.ts',
  'text-kernels.wasm': 'src/metadata/assembly/kernels.ts',
};
/** The stub runtime allocates nothing: the kernels have no objects. */
const OPTIONS = ['-O3', '--noAssert', '--enable', 'simd', '--runtime', 'stub', '--initialMemory', '1'];

for (const [name, source] of Object.entries(SOURCES)) {
  const { error } = await main([join(root, source), '--outFile', join(target, name), ...OPTIONS], {
    stderr: process.stderr,
  });
  // What is wrong was printed.
  if (error) process.exitCode = 1;
}
