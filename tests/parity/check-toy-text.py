"""The recorded tables of toy text are still those of the installed Gymnasium."""
import importlib.util
import json
import pathlib

here = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location("record", here / "record-toy-text.py")
recorder = importlib.util.module_from_spec(spec)
spec.loader.exec_module(recorder)
for name, env_id, theirs, _ in recorder.tables:
    saved = json.loads((here.parent / "envs" / "fixtures" / "toy-text" / f"{name}.json").read_text())
    now = json.loads(json.dumps(recorder.record(env_id, theirs)))
    assert saved["table"] == now["table"] and saved.get("masks") == now.get("masks"), name
    print(name, "as recorded")
