"""The recorded images are still those of the installed OpenCV."""
import importlib.util
import json
import pathlib

here = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location("record", here / "record-opencv.py")
recorder = importlib.util.module_from_spec(spec)
spec.loader.exec_module(recorder)
saved = json.loads((here.parent / "core" / "raster" / "fixtures" / "opencv.json").read_text())
for part, now in recorder.record().items():
    assert saved[part] == now, part
    print(part, "as recorded")
