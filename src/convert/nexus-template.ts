import { readFile } from 'node:fs/promises';
import { errorMessage, IngestError } from '../domain/errors.ts';

/** Both src/convert and dist/convert lie two levels below the root of the package. */
const TEMPLATE = new URL('../../assets/nexus-template.h5', import.meta.url);

/** The bytes of the HDF5 file that every record starts from, made by scripts/make-nexus-template.py. */
export async function loadNexusTemplate(path: URL | string = TEMPLATE): Promise<Uint8Array> {
  try {
    // The library's file system keeps the memory of a Buffer, and would write into it.
    return new Uint8Array(await readFile(path));
  } catch (error) {
    const message = `Reading the NeXus template, a part of this package, failed: ${errorMessage(error)}`;
    throw new IngestError('convert/hdf5', message, { cause: error });
  }
}
