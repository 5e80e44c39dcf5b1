"""Reads the headers of the sample micrographs with tools that other people wrote and prints what test/fixtures/headers-expected.json holds.

usage: read-headers.py SAMPLES_HEADERS_DIR > test/fixtures/headers-expected.json   (then biome format --write on it)

FEI and Zeiss: tifffile (fei_metadata, sem_metadata) for every value, RosettaSciIO for a second pixel size. Philips XL: tifffile
splits the text into its words, the units are those of the data bar that is drawn into the picture. Where both are silent the value
was read by hand from the raw text and stands in BY_HAND; neither reads Hitachi and JEOL sidecars nor Tescan's tag, so those are all
by hand.
Olympus SIS: tifffile's block of tag 33560 on whatever page holds it. DigitalMicrograph and ImageJ: only RosettaSciIO knows them.
Headers in XML (Atlas, Thermo Fisher): tifffile (xml2dict) for every value; "xml" holds what the XML beside an FEI text says.
Everything is in SI; the pixel size of RosettaSciIO is kept apart, because it reads Zeiss's unnamed number, which has more digits.
"""

import datetime
import json
import logging
import math
import pathlib
import sys

import rsciio
import rsciio.tiff
import tifffile

logging.disable(logging.CRITICAL)

UNITS = {
    "length": {"m": 1, "mm": 1e-3, "µm": 1e-6, "nm": 1e-9, "pm": 1e-12},
    "voltage": {"V": 1, "kV": 1e3},
    "angle": {"°": math.pi / 180},
    "number": {"X": 1, "K X": 1e3, "": 1},
}

# What no independent reader states, copied from the raw header text by eye.
BY_HAND = {
    "fei/FEI-Helios-navcam-with-no-IRBeam-bad-floats.tif": {"beam": "light"},
    # RosettaSciIO and tifffile give no magnification for FEI; the file's own name and data bar do.
    "fei/Mus.-800_019.tif": {"magnification": 800},
    "fei/NiO_DC_1200x_C.tif": {"magnification": 1200},
    # A header of two labelled values: kV and working distance stand in the unnamed numbers 6 and 9 only.
    "zeiss/test_tiff_Zeiss_SEM_512.tif": {"accelerationVoltageV": 20000, "workingDistanceM": 7.484609e-3},
    # <Aperture>[1] 30 µm [HC] (5.0 kV)</Aperture>: a text for people, which no reader takes apart.
    "zeiss-atlas/InLens_keyframe_00001_slice_00006_z=1.6659um.tif": {"accelerationVoltageV": 5000},
    # UTF-16 sidecar: PixelSize=496.0938 (nm), AcceleratingVoltage=15000 Volt, WorkingDistance=7706.35 um, Magnification=200,
    # SignalName=BSE, Date=2021/06/23, Time=16:38:33, StagePositionT=0.000.
    "hitachi/sample-１_200倍(x200).tif": {
        "pixelSizeXM": 496.0938e-9,
        "accelerationVoltageV": 15000,
        "workingDistanceM": 7706.35e-6,
        "magnification": 200,
        "detector": "BSE",
        "acquiredAt": "2021-06-23T16:38:33",
        "stageTiltRad": 0,
    },
    # Sidecar without its picture: PixelSize=3240.23, AcceleratingVoltage=15000 Volt, WorkingDistance=8100 um, Magnification=40,
    # SignalName=BSE COMPO, Date=2/7/2023 (day or month first: not given), Time=17:44:10, StagePositionT empty.
    "hitachi/AS26_40_15.txt": {
        "pixelSizeXM": 3240.23e-9,
        "accelerationVoltageV": 15000,
        "workingDistanceM": 8100e-6,
        "magnification": 40,
        "detector": "BSE COMPO",
    },
    # HV=30000.0, WD=0.05, PixelSizeX=0.000000146484375, Magnification=1873.77777778, Detector=E-T, Date=2023-03-27, Time=00:47:19,
    # StageTilt=0.0, ImageStripSize=119 of 887 rows. The drawn bar says "FoV 150 µm": 1024 columns of 146.484375 nm.
    "tescan/image_ChanA_000003.tif": {
        "beam": "electron",
        "pixelSizeXM": 146.484375e-9,
        "accelerationVoltageV": 30000,
        "workingDistanceM": 0.05,
        "magnification": 1873.77777778,
        "detector": "E-T",
        "acquiredAt": "2023-03-27T00:47:19",
        "stageTiltRad": 0,
    },
    # $CM_ACCEL_VOLT 1.00, $$SM_WD 2.77, $CM_MAG 50000, $$SM_MICRON_MARKER 100nm over $$SM_MICRON_BAR 53, $CM_SIGNAL SEI,
    # $CM_DATE 2010/10/01, $CM_TIME 08:44:19, $CM_STAGE_POS -0.169 1.289 7.4 360.0 0.0 0. The drawn bar says "X 50,000 1.00kV SEI
    # WD 2.8mm 10/1/2010 8:44:19".
    "jeol/JEOL SEM - etched sidewall 01.tif": {
        "pixelSizeXM": 100e-9 / 53,
        "accelerationVoltageV": 1000,
        "workingDistanceM": 2.77e-3,
        "magnification": 50000,
        "detector": "SEI",
        "acquiredAt": "2010-10-01T08:44:19",
        "stageTiltRad": 0,
    },
    # Sidecar without its picture: $CM_ACCEL_VOLT 7.00, $$SM_WD 10.52, $CM_MAG 95, 100um over 101, $CM_SIGNAL SEI, $CM_DATE 2020/08/31,
    # $CM_TIME 15:32:31, $CM_STAGE_POS 30.6525 -2.6135 10.5465 0 0 0.
    "jeol/image000.txt": {
        "pixelSizeXM": 100e-6 / 101,
        "accelerationVoltageV": 7000,
        "workingDistanceM": 10.52e-3,
        "magnification": 95,
        "detector": "SEI",
        "acquiredAt": "2020-08-31T15:32:31",
        "stageTiltRad": 0,
    },
    # lDetName = 0, which the drawn bar shows as "SE". No key states a pixel size; the drawn bar of 50 µm is 288 columns long, from its
    # left tick (638..641) to its right one (926..929).
    "philips-xl/XLIMG.tiff": {"pixelSizeByDrawnBar": 50e-6 / 288, "detector": "SE"},
}


def number(value):
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def fei(metadata):
    """tifffile's dictionary of sections; numbers are numbers already."""
    beam_name = metadata["Beam"].get("Beam", "")
    beam = metadata.get(beam_name, {})
    scan = metadata.get(metadata["Beam"].get("Scan", ""), {})
    created = metadata["PrivateFei"]["TimeOfCreation"]
    return {
        "beam": {"EBeam": "electron", "IBeam": "ion"}.get(beam_name),
        "pixelSizeXM": number(scan.get("PixelWidth")),
        "accelerationVoltageV": number(beam.get("HV")),
        "workingDistanceM": number(beam.get("WD")),
        "detector": metadata["Detectors"].get("Name"),
        "acquiredAt": datetime.datetime.strptime(created, "%d.%m.%Y %H:%M:%S").isoformat(),
        "stageTiltRad": number(metadata["Stage"].get("StageT")),
    }


def zeiss(metadata):
    """tifffile's dictionary: key -> (label, value, unit)."""

    def si(key, kind):
        entry = metadata.get(key)
        if entry is None or number(entry[1]) is None:
            return None
        return entry[1] * UNITS[kind][entry[2] if len(entry) > 2 else ""]

    def text(key):
        return str(metadata[key][1]) if key in metadata else None

    def magnification():
        """tifffile leaves "50.00 K X" as text, "119 X" becomes number and unit."""
        entry = metadata.get("ap_mag")
        if entry is None or number(entry[1]) is not None:
            return si("ap_mag", "number")
        value, unit = str(entry[1]).split(" ", 1)
        return float(value) * UNITS["number"][unit]

    acquired = None
    if "ap_date" in metadata:
        moment = f"{text('ap_date')} {text('ap_time')}"
        acquired = datetime.datetime.strptime(moment, "%d %b %Y %H:%M:%S").isoformat()
    return {
        "pixelSizeXM": si("ap_image_pixel_size", "length"),
        "accelerationVoltageV": si("ap_actualkv", "voltage"),
        "workingDistanceM": si("ap_wd", "length"),
        "magnification": magnification(),
        "detector": text("dp_detector_channel"),
        "acquiredAt": acquired,
        "stageTiltRad": si("ap_stage_at_t", "angle"),
    }


def sis(tiff):
    """tifffile's dictionary of the block of tag 33560, on the first page that has one."""
    found = next((page.tags[33560].value for page in tiff.pages if 33560 in page.tags), {})
    return {
        "pixelSizeXM": found.get("pixelsizex"),
        "pixelSizeYM": found.get("pixelsizey"),
        "magnification": found.get("magnification"),
        "detector": found.get("cameraname") or None,
        "acquiredAt": found["datetime"].isoformat() if "datetime" in found else None,
    }


def calibration(path):
    """RosettaSciIO's axes of what an image program calibrated."""
    axes = {axis["name"]: axis for axis in rsciio.tiff.file_reader(str(path))[0]["axes"]}
    return {
        field: axes[name]["scale"] * UNITS["length"][axes[name]["units"]]
        for field, name in (("pixelSizeXM", "width"), ("pixelSizeYM", "height"))
    }


def read_values(values):
    return {"values": {key: value for key, value in values.items() if value is not None}, "byHand": []}


def philips(metadata):
    """tifffile's dictionary of sections; the units are those of the bar in the picture: "30.0 kV 4.0 1000x SE 11.3"."""
    bar = metadata["DatabarData"]
    return {
        "beam": {0: "electron"}.get(bar["iImageType"]),
        "accelerationVoltageV": bar["flAccV"],
        "workingDistanceM": bar["flWD"] * 1e-3,
        "magnification": metadata["Vector"]["Magnification"],
    }


def atlas(xml):
    """tifffile's dictionary of the XML; a value with a unit is {"value": .., "units": ..}. Ux and Focus have none: µm, m."""
    scan = xml["Fibics"]["Scan"]
    tilt = xml["Fibics"]["Stage"]["Tilt"]
    return {
        "beam": {"SEM": "electron", "FIB": "ion"}.get(xml["Fibics"]["Image"]["Beam"]),
        "pixelSizeXM": math.hypot(scan["Ux"], scan["Uy"]) * UNITS["length"]["µm"],
        "workingDistanceM": scan["Focus"],
        "detector": xml["Fibics"]["Image"]["Detector"],
        "acquiredAt": datetime.datetime.fromisoformat(xml["Fibics"]["Application"]["Date"]).strftime("%Y-%m-%dT%H:%M:%S"),
        "stageTiltRad": tilt["value"] * {"deg": UNITS["angle"]["°"]}[tilt["units"]],
    }


def tfs_xml(xml):
    """tifffile's dictionary of the XML; every number is SI."""
    metadata = xml["Metadata"]
    pixel = metadata["BinaryResult"]["PixelSize"]["X"]
    return {
        "beam": metadata["Acquisition"]["BeamType"].lower(),
        "pixelSizeXM": pixel["value"] * UNITS["length"][pixel["unit"]],
        "accelerationVoltageV": metadata["Optics"]["AccelerationVoltage"],
        "workingDistanceM": metadata["Optics"]["WorkingDistance"],
        "detector": metadata["Detectors"]["ScanningDetector"]["DetectorName"],
        "acquiredAt": metadata["Acquisition"]["AcquisitionDatetime"],
        "stageTiltRad": metadata["StageSettings"]["StagePosition"]["Tilt"]["Alpha"],
    }


def read_xml(path, tag):
    with tifffile.TiffFile(path) as tiff:
        found = tiff.pages[0].tags.get(tag)
        return None if found is None else tifffile.xml2dict(found.value)


def read(path, name):
    with tifffile.TiffFile(path) as tiff:
        if tiff.is_fei and "DatabarData" in tiff.fei_metadata:
            found = philips(tiff.fei_metadata)
        elif tiff.is_fei:
            found = fei(tiff.fei_metadata)
        elif tiff.is_sem:
            found = zeiss(tiff.sem_metadata)
        elif (xml := read_xml(path, 51023)) is not None:
            found = atlas(xml)
        else:
            found = {}
    axes = rsciio.tiff.file_reader(str(path))[0]["axes"]
    width = next(axis for axis in axes if axis["name"] == "width")
    if width["units"] == "m":
        found["pixelSizeByRosettaSciIO"] = width["scale"]
    values = {key: value for key, value in found.items() if value is not None}
    by_hand = BY_HAND.get(name, {})
    return {"values": {**values, **by_hand}, "byHand": sorted(by_hand)}


def main():
    root = pathlib.Path(sys.argv[1])
    files = {}
    for vendor in ("fei", "zeiss", "zeiss-atlas", "hitachi", "tescan", "jeol", "philips-xl"):
        for path in sorted((root / vendor).glob("*.tif*")):
            name = f"{vendor}/{path.name}"
            files[name] = read(path, name)
    for path in sorted((root / "olympus-sis").glob("*.tif")):
        with tifffile.TiffFile(path) as tiff:
            files[f"olympus-sis/{path.name}"] = read_values(sis(tiff))
    for path in sorted((root / "other").glob("*.tif")):
        files[f"other/{path.name}"] = read_values(calibration(path))
    for name, values in BY_HAND.items():
        files.setdefault(name, {"values": values, "byHand": sorted(values)})
    xml = {f"fei/{path.name}": read_xml(path, 34683) for path in sorted((root / "fei").glob("*.tif"))}
    xml = {name: {"values": tfs_xml(found), "byHand": []} for name, found in xml.items() if found is not None}
    readers = {"tifffile": tifffile.__version__, "rosettasciio": rsciio.__version__}
    print(json.dumps({"readers": readers, "files": files, "xml": xml}, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
