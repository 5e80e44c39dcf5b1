import { type Attribute, Dataset, File, Group, ready } from 'h5wasm';

let files = 0;

/** Opens the bytes of an HDF5 file with h5wasm's reading classes, hands the file to `look` and closes it. */
export async function withFile<T>(bytes: Uint8Array, look: (file: File) => T): Promise<T> {
  const { FS } = await ready;
  files += 1;
  const name = `/read-${files}.h5`;
  FS.writeFile(name, bytes);
  const file = new File(name, 'r');
  try {
    return look(file);
  } finally {
    file.close();
    FS.unlink(name);
  }
}

/** The dataset at `path`; fails the test where there is none. */
export function dataset(file: File, path: string): Dataset {
  const found = file.get(path);
  if (found instanceof Dataset) return found;
  throw new Error(`${path} is not a dataset`);
}

/** The group at `path`; fails the test where there is none. */
export function group(file: File, path: string): Group {
  const found = file.get(path);
  if (found instanceof Group) return found;
  throw new Error(`${path} is not a group`);
}

export function attribute(owner: { attrs: Record<string, Attribute> }, name: string): unknown {
  return owner.attrs[name]?.value;
}

/** The value of every dataset below `path`, by its path. */
export function allValues(file: File): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const path of file.paths()) {
    const found = file.get(path);
    if (found instanceof Dataset) values.set(path, found.value);
  }
  return values;
}
