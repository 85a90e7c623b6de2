"""Records MATLAB files written by SciPy and by MATLAB itself, and IDX files written by NumPy, with what they hold.

    pip install scipy==1.17.1 numpy==2.4.6 && python tests/parity/record-datasets.py

The files of MATLAB 6.1 to 8 (on x86 and on SPARC, which is big-endian) are those that SciPy is tested with; they come in its
package, under its BSD licence.
"""
import base64
import gzip
import io
import json
import pathlib
import struct

import numpy as np
import scipy
import scipy.io as sio

out = pathlib.Path(__file__).parent.parent / "generative" / "fixtures" / "files.json"
theirs = pathlib.Path(sio.__file__).parent / "matlab" / "tests" / "data"
dtypes = ["uint8", "int8", "int16", "uint16", "int32", "uint32", "float32", "float64"]


def text(data):
    return base64.b64encode(data).decode()


def expected(arrays):
    """Row-major values of the real, dense arrays; what the others are called."""
    found, left_out = {}, []
    for name, value in arrays.items():
        if name.startswith("__"):
            continue
        numbers = isinstance(value, np.ndarray) and (value.dtype.name in dtypes or value.dtype == bool)
        if numbers and not np.iscomplexobj(value):
            found[name] = {
                "shape": list(value.shape),
                "dtype": "uint8" if value.dtype == bool else value.dtype.name,
                "data": [float(x) for x in np.ascontiguousarray(value).ravel()],
            }
        else:
            left_out.append(name)
    return {"arrays": found, "leftOut": left_out}


def load(path):
    """Numbers in the type of their class, not the one that they were packed into; with that, SciPy drops imaginary parts."""
    complex_too = sio.loadmat(path)
    return {name: complex_too[name] if np.iscomplexobj(complex_too[name]) else value
            for name, value in sio.loadmat(path, mat_dtype=True).items()}


rng = np.random.default_rng(0)
mat = {}
for compressed in (True, False):
    for dtype in dtypes:
        shape = [(3, 5), (2, 3, 4), (2, 3, 2, 5)][dtypes.index(dtype) % 3]
        whole = dtype.startswith(("u", "i"))
        low, high = (np.iinfo(dtype).min, np.iinfo(dtype).max) if whole else (0, 0)
        value = rng.integers(low, high, shape, dtype, endpoint=True) if whole else rng.normal(size=shape).astype(dtype)
        file = io.BytesIO()
        sio.savemat(file, {"A": value, "y": value.ravel()[:3]}, do_compression=compressed)
        mat[f"scipy {dtype} rank {len(shape)}{' compressed' if compressed else ''}"] = {
            "file": text(file.getvalue()), **expected({"A": value, "y": value.ravel()[None, :3]})}
file = io.BytesIO()
X = rng.integers(0, 256, (32, 32, 3, 4), np.uint8)
sio.savemat(file, {"X": X, "y": np.array([[10], [1], [5], [9]], np.uint8)}, do_compression=True)
mat["svhn"] = {"file": text(file.getvalue()), **expected({"X": X, "y": np.array([[10], [1], [5], [9]], np.uint8)})}
# SVHN as other programs save it again: levels as doubles, whole and not.
doubles = {}
for name, level in (("whole", 250.0), ("fractions", 0.5)):
    X = np.zeros((32, 32, 3, 4))
    X[2, :, 0, :] = level
    file = io.BytesIO()
    sio.savemat(file, {"X": X, "y": np.array([[10.0], [1], [5], [9]])}, do_compression=True)
    doubles[name] = text(file.getvalue())
mixed = {"s": "some text", "d": {"x": 1}, "a": np.arange(3.0)[None], "c": np.array([[1 + 2j]]), "sp": scipy.sparse.eye(3).tocsc(),
         "cell": np.array([[1, "two"]], object), "big": np.array([[2**60]]), "yes": np.array([[True, False]])}
file = io.BytesIO()
sio.savemat(file, mixed)
mat["scipy mixed"] = {"file": text(file.getvalue()), **expected(mixed)}
for path in sorted(theirs.glob("*.mat")):
    data = path.read_bytes()
    if "4.2c" in path.name or "mat4" in path.name or "_m4" in path.name or "testvec_4" in path.name or len(data) > 3000:
        continue
    try:
        mat[f"matlab {path.stem}"] = {"file": text(data), **expected(load(path))}
    except Exception as error:
        mat[f"matlab {path.stem}"] = {"file": text(data), "refused": type(error).__name__}

types = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
idx = {}
for code, dtype in types.items():
    shape = [(7,), (2, 3), (2, 3, 4)][code % 3]
    value = rng.integers(0, 120, shape).astype(dtype) if code < 0x0D else rng.normal(size=shape).astype(dtype)
    data = struct.pack(">HBB", 0, code, len(shape)) + struct.pack(f">{len(shape)}I", *shape) + value.tobytes()
    native = value.astype(value.dtype.newbyteorder("="))
    packed = gzip.compress(data, mtime=0) if code % 2 == 0 else data
    idx[f"{native.dtype.name} rank {len(shape)}{' gz' if code % 2 == 0 else ''}"] = {
        "file": text(packed), "array": expected({"a": native})["arrays"]["a"]}

out.parent.mkdir(parents=True, exist_ok=True)
out.write_text(json.dumps({"scipy": scipy.__version__, "numpy": np.__version__, "mat": mat, "doubles": doubles, "idx": idx}, separators=(',', ':')) + "\n")
