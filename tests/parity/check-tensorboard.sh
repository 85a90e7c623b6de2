#!/usr/bin/env bash
# Trains for a moment and reads the events with Python's EventAccumulator.
set -eu
python=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
node dist/runner/cli/main.js train dqn CartPole-v1 --steps 600 --set learningStarts=100 --set film.maxSteps=0 --set score.episodes=2 --out "$folder/run" --quiet
"$python" - "$folder/run" <<'PY'
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
events.Reload()
evaluations = json.load(open(sys.argv[1] + "/evaluations.json"))
read = {e.step: e.value for e in events.Scalars("evaluation/meanReturn")}
assert len(read) == len(evaluations) > 0, (read, evaluations)
for evaluation in evaluations:
    assert abs(read[evaluation["step"]] - evaluation["meanReturn"]) < 1e-3
assert "train/loss" in events.Tags()["scalars"]
print(len(events.Tags()["scalars"]), "tags read")
PY
