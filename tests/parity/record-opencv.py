"""Records OpenCV's grayscale and resized images.

    pip install opencv-python-headless==5.0.0.93 && python tests/parity/record-opencv.py
"""
import base64
import hashlib
import json
import pathlib

import cv2
import numpy as np

# Heights and widths of the results: smaller, half, larger, and smaller on one axis only.
sizes = [(12, 10), (15, 12), (7, 24), (1, 1), (30, 24), (45, 36), (60, 48), (20, 31), (41, 9)]
modes = {"area": cv2.INTER_AREA, "bilinear": cv2.INTER_LINEAR, "nearest": cv2.INTER_NEAREST}


def image(height, width, seed):
    """The high bytes of a linear congruential generator, height × width × 3."""
    x, out = seed, bytearray()
    for _ in range(height * width * 3):
        x = (x * 1664525 + 1013904223) % 2**32
        out.append(x >> 24)
    return np.frombuffer(bytes(out), np.uint8).reshape(height, width, 3)


def text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def record():
    small = image(30, 24, 1)
    frame = np.maximum(image(210, 160, 2), image(210, 160, 3))
    gray, frame_gray = (cv2.cvtColor(x, cv2.COLOR_RGB2GRAY) for x in (small, frame))
    resized = [
        {
            "size": [height, width],
            "channels": channels,
            "mode": name,
            "pixels": text(cv2.resize(source, (width, height), interpolation=mode)),
        }
        for height, width in sizes
        for channels, source in ((1, gray), (3, small))
        if channels == 1 or height * width <= 400
        for name, mode in modes.items()
    ]
    area = cv2.INTER_AREA
    return {
        "gray": text(gray),
        "resized": resized,
        "frame": {
            "gray": hashlib.sha256(frame_gray.tobytes()).hexdigest(),
            "whole": text(cv2.resize(frame_gray, (84, 84), interpolation=area)),
            # The centre square, as in 2013.
            "square": text(cv2.resize(np.ascontiguousarray(frame_gray[25:185]), (84, 84), interpolation=area)),
        },
    }


if __name__ == "__main__":
    out = pathlib.Path(__file__).parents[1] / "core" / "raster" / "fixtures"
    out.mkdir(parents=True, exist_ok=True)
    content = {"opencv": cv2.__version__, **record()}
    (out / "opencv.json").write_text(json.dumps(content, separators=(",", ":")))
