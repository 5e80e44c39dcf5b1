"""Writes what Pillow's BILINEAR makes of made-up noise, for the tests of the resizing.

    python resize-with-pillow.py > test/fixtures/pillow-resizes.json

The noise is the high byte of a linear congruential generator (Numerical Recipes: 1664525, 1013904223; seed 1), row-major.
"""

import hashlib
import json
import sys

import numpy as np
import PIL
from PIL import Image

SIZES = [(300, 200, 224, 224), (68, 68, 224, 224), (500, 37, 224, 224), (1, 1, 5, 3), (224, 300, 224, 100), (97, 501, 31, 500)]


def noise(count: int) -> np.ndarray:
    state, values = 1, np.empty(count, "u1")
    for i in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values[i] = state >> 24
    return values


def main() -> None:
    cases = []
    for width, height, to_width, to_height in SIZES:
        image = Image.fromarray(noise(width * height).reshape(height, width))
        resized = np.asarray(image.resize((to_width, to_height), Image.Resampling.BILINEAR))
        cases.append(
            {
                "from": {"width": width, "height": height},
                "to": {"width": to_width, "height": to_height},
                "sha256": hashlib.sha256(resized.tobytes()).hexdigest(),
            }
        )
    json.dump({"pillow": PIL.__version__, "cases": cases}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
