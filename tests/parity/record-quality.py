"""Records tests/generative/fixtures/quality.json: Fréchet distance by SciPy, kernel distance and precision and recall by NumPy.

    python tests/parity/record-quality.py
"""
import json
import pathlib

import numpy as np
from scipy import linalg

rng = np.random.default_rng(0)
a = rng.normal(size=(40, 6)) @ rng.normal(size=(6, 6))
b = rng.normal(size=(30, 6)) * 0.7 + 0.4
a, b = a.astype(np.float32), b.astype(np.float32)


def frechet(x, y):
    x, y = x.astype(np.float64), y.astype(np.float64)
    c, d = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = linalg.sqrtm(c @ d)
    return float(((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(c + d - 2 * np.real(root)))


def kernel_distance(x, y):
    k = lambda p, q: (p.astype(np.float64) @ q.T.astype(np.float64) / p.shape[1] + 1) ** 3
    n, m = len(x), len(y)
    xx, yy = k(x, x), k(y, y)
    return float((xx.sum() - np.trace(xx)) / (n * (n - 1)) + (yy.sum() - np.trace(yy)) / (m * (m - 1)) - 2 * k(x, y).mean())


def covered(rows, by, k=3):
    d = lambda p, q: ((p[:, None].astype(np.float64) - q[None].astype(np.float64)) ** 2).sum(-1)
    own = np.sort(d(by, by), 1)[:, k]
    return float((d(rows, by) <= own[None]).any(1).mean())


out = pathlib.Path(__file__).parent.parent / "generative/fixtures/quality.json"
out.write_text(json.dumps({
    **{"a": a.flatten().tolist(), "b": b.flatten().tolist(), "width": 6},
    **{"frechet": frechet(a, b), "kernel": kernel_distance(a, b), "precision": covered(b, a), "recall": covered(a, b)},
}) + "\n")
