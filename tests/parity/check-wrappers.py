"""What Gymnasium's wrappers make of the recorded steps is still what was recorded."""
import importlib.util
import json
import pathlib

here = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location("record", here / "record-wrappers.py")
recorder = importlib.util.module_from_spec(spec)
spec.loader.exec_module(recorder)
saved = json.loads((here.parent / "envs" / "fixtures" / "wrappers.json").read_text())
now = json.loads(json.dumps(recorder.record()))
for key in saved:
    assert saved[key] == now[key], key
    print(key, "as recorded")
