"""Records tests/runner/report/fixtures/rliable.json: rliable's aggregates and probability of improvement of drawn scores; the
performance profile and percentile intervals of the stratified bootstrap by NumPy (rliable's own need packages that do not fit together).

    python tests/parity/record-rliable.py      (pip install rliable)
"""
import json
import pathlib

import numpy as np
from rliable import metrics

rng = np.random.default_rng(0)
runs, tasks = 7, 5
x = np.round(rng.normal(0.6, 0.4, (runs, tasks)) + rng.normal(0, 0.3, tasks), 4)
y = np.round(rng.normal(0.5, 0.5, (runs, tasks)) + rng.normal(0, 0.3, tasks), 4)
y[0, 0] = x[1, 0]  # A tie.
thresholds = np.linspace(-0.5, 1.5, 9)
np.random.seed(0)
aggregate = lambda s: np.array([metrics.aggregate_mean(s), metrics.aggregate_median(s), metrics.aggregate_iqm(s)])
# Runs are drawn again within each task.
drawn = [aggregate(np.take_along_axis(x, rng.integers(runs, size=x.shape), 0)) for _ in range(20000)]
intervals = np.percentile(drawn, [2.5, 97.5], axis=0)
out = pathlib.Path(__file__).parent.parent / "runner/report/fixtures/rliable.json"
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text(json.dumps({
    # Task by task, as ours.
    **{"x": x.T.tolist(), "y": y.T.tolist(), "thresholds": thresholds.tolist()},
    **{"mean": metrics.aggregate_mean(x), "median": metrics.aggregate_median(x), "iqm": metrics.aggregate_iqm(x)},
    "optimalityGap": metrics.aggregate_optimality_gap(x),
    "probabilityOfImprovement": metrics.probability_of_improvement(x, y),
    "profile": [float((x > t).mean()) for t in thresholds],
    "intervals": intervals.T.tolist(),
}, default=float) + "\n")
