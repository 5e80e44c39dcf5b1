"""Writes what tifffile decodes of every TIFF below folders of samples, or of single ones, for the decoder's tests.

    python read-with-tifffile.py SAMPLES FOLDER|FILE... > test/fixtures/tifffile-planes.json

For each file (path relative to SAMPLES): shape, dtype and SHA-256 of the samples as little-endian bytes in C order; of a
picture whose first three channels are equal also those of one channel ("grey"). One-bit pictures count as 0 and 1 in uint8.
The same of the pages behind the first, in their order ("pages"), where there are any.
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


def describe_page(page: tifffile.TiffPage) -> dict:
    array = page.asarray()
    entry = describe(array)
    grey = grey_channel(array) if array.ndim == 3 else None
    if grey is not None:
        entry["grey"] = describe(grey)
    return entry


def tiffs_of(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    return [path for path in place.rglob("*") if path.suffix.lower() in (".tif", ".tiff")]


def main() -> None:
    samples = Path(sys.argv[1])
    files = sorted(path for place in sys.argv[2:] for path in tiffs_of(samples / place))
    pictures = {}
    for path in files:
        with tifffile.TiffFile(path) as tiff:
            first, *rest = [describe_page(tiff.pages[i]) for i in range(len(tiff.pages))]
        if rest:
            first["pages"] = rest
        pictures[path.relative_to(samples).as_posix()] = first
    json.dump({"tifffile": tifffile.__version__, "pictures": pictures}, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
