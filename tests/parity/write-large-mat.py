"""Writes a compressed .mat of SVHN's size, as hard to pack as photographs, for tests/parity/time-mat.ts.

    pip install scipy==1.17.1 numpy==2.4.6 && python tests/parity/write-large-mat.py big.mat
"""
import sys

import numpy as np
import scipy.io as sio

rng = np.random.default_rng(0)
count = 73257
X = np.empty((32, 32, 3, count), np.uint8, order="F")
yy, xx = np.mgrid[0:32, 0:32]
for start in range(0, count, 4096):
    n = min(4096, count - start)
    light = rng.integers(40, 200, (1, 1, 3, n)).astype(np.float32)
    slope = xx[:, :, None, None] * rng.normal(0, 1.5, (1, 1, 1, n)) + yy[:, :, None, None] * rng.normal(0, 1.5, (1, 1, 1, n))
    grain = rng.normal(0, 4, (32, 32, 1, n)) + rng.normal(0, 2, (32, 32, 3, n))
    X[..., start : start + n] = np.clip(light + slope + grain, 0, 255).astype(np.uint8)
y = (rng.integers(0, 10, (count, 1)) + 1).astype(np.uint8)
sio.savemat(sys.argv[1], {"X": X, "y": y}, do_compression=True)
