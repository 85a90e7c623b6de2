#!/usr/bin/env bash
# Trains an agent and a model for a moment and reads their events with Python's EventAccumulator: scalars, histograms, images.
set -eu
python=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ringside="node dist/runner/cli/main.js"
$ringside train dqn CartPole-v1 --steps 600 --set learningStarts=100 --set film.maxSteps=50 --set score.episodes=2 --out "$folder/agent" --quiet
$ringside train gan house-numbers --steps 20 --set 'dataset={train: 60, validation: 5, test: 5}' --set samples='{every: 10, count: 6}' \
  --set batchSize=20 --out "$folder/model" --quiet
"$python" - "$folder" <<'PY'
import json, sys
import cv2, numpy
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def read(run):
    events = EventAccumulator(f"{sys.argv[1]}/{run}", size_guidance={"scalars": 0, "histograms": 0, "images": 0})
    return events.Reload(), events.Tags()


def pixels(event):
    image = cv2.imdecode(numpy.frombuffer(event.encoded_image_string, numpy.uint8), cv2.IMREAD_UNCHANGED)
    assert image.shape == (event.height, event.width, 4), (image.shape, event.height, event.width)
    return image


agent, tags = read("agent")
evaluations = json.load(open(sys.argv[1] + "/agent/evaluations.json"))
means = {e.step: e.value for e in agent.Scalars("evaluation/meanReturn")}
returns = {e.step: e.histogram_value for e in agent.Histograms("evaluation/returns")}
assert len(means) == len(returns) == len(evaluations) > 0, (means, returns, evaluations)
for evaluation in evaluations:
    assert abs(means[evaluation["step"]] - evaluation["meanReturn"]) < 1e-3
    histogram, own = returns[evaluation["step"]], numpy.array(evaluation["returns"])
    assert (histogram.min, histogram.max, histogram.num) == (own.min(), own.max(), len(own))
    assert numpy.isclose(histogram.sum, own.sum()) and numpy.isclose(histogram.sum_squares, (own**2).sum())
    edges = numpy.array([histogram.min - 1, *histogram.bucket_limit])
    inside = [((own > low) & (own <= high)).sum() for low, high in zip(edges, edges[1:])]
    assert list(histogram.bucket) == inside, (histogram, own)
assert "train/loss" in tags["scalars"]
weights = [tag for tag in tags["histograms"] if tag.startswith("weights/")]
assert "weights/online/torso/0/kernel" in weights, tags
assert [e.step for e in agent.Histograms(weights[0])] == list(range(60, 601, 60))
pictures = agent.Images("evaluation/episode")
assert [e.step for e in pictures] == [120, 240, 360, 480, 600], pictures
assert all(pixels(e).std() > 5 for e in pictures), "a picture is empty"

model, tags = read("model")
samples = model.Images("samples")
assert [e.step for e in samples] == [10, 20]
for event in samples:
    on_disk = cv2.imread(f"{sys.argv[1]}/model/media/samples/{event.step}.png", cv2.IMREAD_UNCHANGED)
    assert (pixels(event) == on_disk).all()
assert any(tag.startswith("weights/generator/") for tag in tags["histograms"]), tags
print("scalars, histograms and images read")
PY
