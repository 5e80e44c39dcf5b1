"""Shows that dask reads the pixels of a record a chunk at a time.

    python read-lazily.py FILE.h5...

For the default image and the stack of each file: how it is stored, and how many bytes of the file one pixel costs when
dask.array.from_array asks h5py for it, in dask's own chunks and in the stored ones. Fails (1) where a chunked dataset
has more than one chunk and one pixel of it took more than the chunks dask asked for, or where a compressed or stacked
dataset is not chunked. Needs dask, h5py and numpy.
"""

import sys

import dask.array
import h5py
import numpy as np

PATHS = {
    "picture": "/entry/measurement/event1/image1/image_2d/real",
    "stack": "/entry/roi1/img/image1/stack_2d/real",
}


class Counted:
    """A dataset that counts the samples asked of it."""

    def __init__(self, dataset: h5py.Dataset) -> None:
        self.dataset = dataset
        self.samples = 0

    def __getattr__(self, name: str):
        return getattr(self.dataset, name)

    def __getitem__(self, key):
        part = self.dataset[key]
        self.samples += np.size(part)
        return part


def one_pixel(dataset: h5py.Dataset, chunks) -> tuple[int, int]:
    """Samples in the dask chunk of the last pixel, and samples that were read for it."""
    counted = Counted(dataset)
    lazy = dask.array.from_array(counted, chunks=chunks, asarray=False, fancy=False, inline_array=True)
    last = tuple(length - 1 for length in dataset.shape)
    value = lazy[last].compute(scheduler="synchronous")
    assert value == dataset[last] or np.isnan(value)
    whole = lazy.sum(dtype="f8").compute(scheduler="synchronous")
    assert whole == dataset[()].sum(dtype="f8") or np.isnan(whole) or np.isclose(whole, dataset[()].sum(dtype="f8"))
    counted.samples = 0
    lazy[last].compute(scheduler="synchronous")
    return int(np.prod([c[-1] for c in lazy.chunks])), counted.samples


def check(path: str) -> bool:
    ok = True
    with h5py.File(path, "r") as file:
        for what, where in PATHS.items():
            dataset = file.get(where)
            if dataset is None:
                continue
            stored = f"{dataset.chunks} {dataset.compression or 'plain'}" if dataset.chunks else "contiguous"
            print(f"{path}: {what} {dataset.shape} {dataset.dtype}, {stored}")
            if dataset.chunks is None:
                if what == "stack":
                    print("FAIL a stack must be chunked")
                    ok = False
                continue
            for name, chunks in (("stored chunks", dataset.chunks), ("auto", "auto")):
                expected, read = one_pixel(dataset, chunks)
                share = read / dataset.size
                print(f"  one pixel by dask, {name}: {read} of {dataset.size} samples read ({share:.1%})")
                if read > expected:
                    print(f"FAIL expected {expected} samples at the most")
                    ok = False
            count = int(np.prod([-(-n // c) for n, c in zip(dataset.shape, dataset.chunks)]))
            print(f"  {count} chunks, {dataset.id.get_num_chunks()} stored, {dataset.id.get_storage_size()} bytes of {dataset.nbytes}")
    return ok


if __name__ == "__main__":
    results = [check(path) for path in sys.argv[1:]]
    sys.exit(0 if results and all(results) else 1)
