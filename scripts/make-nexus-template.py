#!/usr/bin/env python3
"""Writes assets/nexus-template.h5: what every record's HDF5 file has in common (NXem of the NeXus release below).

    python scripts/make-nexus-template.py [FILE]

Needs h5py 3 only. The result is the same bit for bit on every run with the same h5py, because no times are kept. It is
made with h5py because h5wasm can neither create an enumeration (NeXus' boolean) nor remove a link: whatever a record may
lack must not be in here. Texts that differ from record to record stand here as "" and are filled in by
src/convert; where several paths carry the same text by definition they are hard links to one dataset.
"""

from __future__ import annotations

import sys
from pathlib import Path

import h5py
import numpy as np

NEXUS_RELEASE = "v2026.01"
TEXT = h5py.string_dtype()  # variable-length UTF-8: pynxtools rejects fixed-length text

EVENT = "entry/measurement/event1"
IMAGE = f"{EVENT}/image1"

GROUPS = {
    "entry": "NXentry",
    "entry/profiling": "NXcs_profiling",
    "entry/profiling/program1": "NXprogram",
    "entry/note1": "NXnote",
    "entry/sample": "NXsample",
    "entry/consistent_rotations": "NXparameters",
    "entry/processing_reference_frame": "NXcoordinate_system",
    "entry/sample_reference_frame": "NXcoordinate_system",
    "entry/measurement": "NXem_measurement",
    "entry/measurement/instrument": "NXem_instrument",
    "entry/measurement/instrument/fabrication": "NXfabrication",
    "entry/measurement/instrument/ebeam_column": "NXebeam_column",
    EVENT: "NXem_event_data",
    f"{EVENT}/instrument": "NXem_instrument",
    f"{EVENT}/instrument/ebeam_column": "NXebeam_column",
    IMAGE: "NXimage",
    f"{IMAGE}/process1": "NXprocess",
    f"{IMAGE}/process1/input": "NXnote",
    f"{IMAGE}/image_2d": "NXdata",
    "entry/attachments": "NXcollection",
    "entry/attachments/thumbnail": "NXnote",
    "entry/attachments/record": "NXnote",
}

DEFAULTS = {
    "/": "entry",
    "entry": "measurement",
    "entry/measurement": "event1",
    EVENT: "image1",
    IMAGE: "image_2d",
}

FIXED_TEXTS = {
    "entry/definition": "NXem",
    "entry/note1/type": "image/tiff",
    "entry/note1/algorithm": "SHA-256",
    "entry/sample/atom_types": "",
    # Only orientation data (EBSD) would use these; they are the conventions of doi:10.1088/0965-0393/23/8/083501.
    "entry/consistent_rotations/rotation_handedness": "counter_clockwise",
    "entry/consistent_rotations/rotation_convention": "passive",
    "entry/consistent_rotations/euler_angle_convention": "zxz",
    "entry/consistent_rotations/axis_angle_convention": "rotation_angle_on_interval_zero_to_pi",
    "entry/consistent_rotations/sign_convention": "p_minus_one",
    # The frame of axis_i and axis_j: the origin is the lower left pixel, y grows upwards in the picture.
    "entry/processing_reference_frame/type": "cartesian",
    "entry/processing_reference_frame/origin": "front_bottom_left",
    "entry/processing_reference_frame/x_direction": "east",
    "entry/processing_reference_frame/y_direction": "north",
    "entry/processing_reference_frame/z_direction": "out",
    "entry/sample_reference_frame/type": "cartesian",
    "entry/measurement/instrument/type": "sem",
    "entry/measurement/instrument/fabrication/vendor": "unknown",
    "entry/measurement/instrument/fabrication/model": "unknown",
    f"{IMAGE}/process1/detector_identifier": "unknown",
    f"{IMAGE}/process1/input/context": "The picture file as the microscope wrote it.",
    "entry/attachments/thumbnail/type": "image/jpeg",
    "entry/attachments/record/type": "application/json",
}

EMPTY_TEXTS = [
    "entry/start_time",
    "entry/end_time",
    "entry/title",
    "entry/note1/checksum",
    "entry/sample/preparation_date",
    "entry/attachments/thumbnail/file_name",
    "entry/attachments/record/data",
]

SAME_TEXTS = {
    f"{EVENT}/start_time": "entry/start_time",
    f"{EVENT}/end_time": "entry/end_time",
    "entry/note1/file_name": "entry/title",
    f"{IMAGE}/image_2d/title": "entry/title",
    f"{IMAGE}/process1/input/type": "entry/note1/type",
    f"{IMAGE}/process1/input/file_name": "entry/title",
    f"{IMAGE}/process1/input/checksum": "entry/note1/checksum",
    f"{IMAGE}/process1/input/algorithm": "entry/note1/algorithm",
}


def attribute(item: h5py.HLObject, name: str, value: str | list[str]) -> None:
    item.attrs.create(name, value, dtype=TEXT)


def dataset(file: h5py.File, path: str, value, dtype=None) -> h5py.Dataset:
    return file.create_dataset(path, data=value, dtype=dtype, track_times=False)


def write_root(file: h5py.File) -> None:
    attribute(file, "NX_class", "NXroot")
    attribute(file, "NeXus_release", NEXUS_RELEASE)
    attribute(file, "NeXus_repository", "https://github.com/nexusformat/definitions")
    attribute(file, "HDF5_Version", "2.0.0")  # of h5wasm 0.10.3, which writes the files


def write_texts(file: h5py.File) -> None:
    for path, value in FIXED_TEXTS.items():
        dataset(file, path, value, TEXT)
    for path in EMPTY_TEXTS:
        dataset(file, path, "", TEXT)
    for path, target in SAME_TEXTS.items():
        file[path] = file[target]
    attribute(file["entry/definition"], "version", NEXUS_RELEASE)
    attribute(file["entry/definition"], "URL", "https://manual.nexusformat.org/classes/applications/NXem.html")


def write_frames(file: h5py.File) -> None:
    for frame in ("processing_reference_frame", "sample_reference_frame"):
        for i, axis in enumerate("xyz"):
            vector = dataset(file, f"entry/{frame}/{axis}", np.eye(3)[i])
            attribute(vector, "units", "m")


def write_plot(file: h5py.File) -> None:
    plot = file[f"{IMAGE}/image_2d"]
    attribute(plot, "signal", "real")
    attribute(plot, "axes", ["axis_j", "axis_i"])
    attribute(plot, "interpretation", "image")  # HyperSpy reads it from the group, silx and h5web from the signal
    plot.attrs.create("axis_j_indices", 0, dtype="u4")  # pynxtools rejects signed indices
    plot.attrs.create("axis_i_indices", 1, dtype="u4")


def write_booleans(file: h5py.File) -> None:
    """The two values that every boolean of a record is a hard link to."""
    dataset(file, "entry/sample/is_simulation", np.bool_(False))
    dataset(file, "entry/attachments/true", np.bool_(True))


def create(target: Path) -> h5py.File:
    """An empty file whose root keeps its attributes in its header, where src/convert finds them, also more than eight."""
    creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    creation.set_attr_phase_change(16, 12)
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_V18, h5py.h5f.LIBVER_V18)
    return h5py.File(h5py.h5f.create(str(target).encode(), h5py.h5f.ACC_TRUNC, fcpl=creation, fapl=access))


def main() -> None:
    assets = Path(__file__).resolve().parent.parent / "assets"
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else assets / "nexus-template.h5"
    target.parent.mkdir(parents=True, exist_ok=True)
    with create(target) as file:
        write_root(file)
        for path, nx_class in GROUPS.items():
            attribute(file.create_group(path), "NX_class", nx_class)
        for path, child in DEFAULTS.items():
            attribute(file[path], "default", child)
        write_texts(file)
        write_frames(file)
        write_plot(file)
        write_booleans(file)


if __name__ == "__main__":
    main()
