"""Writes what tifffile decodes of page 0 of every TIFF below a folder of samples, for the decoder's tests.

    python read-with-tifffile.py SAMPLES FOLDER... > test/fixtures/tifffile-planes.json

For each file (path relative to SAMPLES): shape, dtype and SHA-256 of the samples as little-endian bytes in C order; of a
picture whose first three channels are equal also those of one channel ("grey"). One-bit pictures count as 0 and 1 in uint8.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import tifffile


def describe(array: np.ndarray) -> dict:
    if array.dtype == bool:
        array = array.astype("u1")
    plain = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
    return {
        "shape": list(array.shape),
        "dtype": array.dtype.name,
        "sha256": hashlib.sha256(plain.tobytes()).hexdigest(),
    }


def grey_channel(array: np.ndarray) -> np.ndarray | None:
    for axis in (-1, 0):
        planes = np.moveaxis(array, axis, 0)
        if len(planes) in (3, 4) and all(np.array_equal(planes[0], planes[i]) for i in (1, 2)):
            return planes[0]
    return None


def main() -> None:
    samples = Path(sys.argv[1])
    files = sorted(
        path
        for folder in sys.argv[2:]
        for path in (samples / folder).rglob("*")
        if path.suffix.lower() in (".tif", ".tiff")
    )
    pictures = {}
    for path in files:
        with tifffile.TiffFile(path) as tiff:
            array = tiff.pages[0].asarray()
        entry = describe(array)
        grey = grey_channel(array) if array.ndim == 3 else None
        if grey is not None:
            entry["grey"] = describe(grey)
        pictures[path.relative_to(samples).as_posix()] = entry
    json.dump({"tifffile": tifffile.__version__, "pictures": pictures}, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
