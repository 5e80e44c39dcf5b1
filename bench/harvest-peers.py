"""Headers a second of RosettaSciIO and tifffile on the files named on standard input, one JSON object a line.

    python harvest-peers.py {rosettasciio,tifffile,versions} SECONDS < list-of-files

A file that a reader cannot open counts for nothing and is named in `failed`; one in which it finds no header of a microscope
is read as every other, but is no header that it read.
"""

import importlib.metadata
import json
import logging
import sys
import time
import warnings


def rosettasciio():
    from rsciio.tiff import file_reader

    def read(path):
        # Of a header it knows, it says where its values belong.
        return [signal["metadata"] for signal in file_reader(path, lazy=True) if signal["mapping"]]

    return read


def tifffile():
    from tifffile import TiffFile

    def read(path):
        with TiffFile(path) as tif:
            return tif.fei_metadata or tif.sem_metadata or tif.sis_metadata

    return read


def readable(read, paths, failed):
    for path in paths:
        try:
            yield path, bool(read(path))
        except Exception as error:  # a reader may fail in any way
            failed[path] = f"{type(error).__name__}: {error}"


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    what, seconds = sys.argv[1], float(sys.argv[2])
    if what == "versions":
        names = ("rosettasciio", "tifffile", "numpy")
        print(json.dumps({name: importlib.metadata.version(name) for name in names} | {"python": sys.version.split()[0]}))
        return
    paths = sys.stdin.read().splitlines()
    read = {"rosettasciio": rosettasciio, "tifffile": tifffile}[what]()
    failed = {}
    found = dict(readable(read, paths, failed))
    paths = list(found)
    count, fastest, start, cpu = 0, float("inf"), time.perf_counter(), time.process_time()
    while (began := time.perf_counter()) - start < seconds:
        for path in paths:
            read(path)
        count += len(paths)
        fastest = min(fastest, time.perf_counter() - began)
    cpu_ms = 1000 * (time.process_time() - cpu) / count
    rate = count / (time.perf_counter() - start)
    figures = {"files_per_s": rate, "cpu_ms": cpu_ms, "fastest_ms": 1000 * fastest / len(paths)}
    print(json.dumps(figures | {"files": len(paths), "headers": sum(found.values()), "failed": failed}))


main()
