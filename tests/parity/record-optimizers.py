"""Records 100 steps of PyTorch's optimizers on a small least-squares problem, in double-checked float32.

    pip install torch==2.15.0 numpy && python tests/parity/record-optimizers.py
"""
import json
import pathlib

import numpy as np
import torch

rng = np.random.default_rng(3)
x = rng.normal(size=(16, 5)).astype(np.float32)
y = rng.normal(size=(16, 3)).astype(np.float32)
w0 = rng.normal(size=(5, 3)).astype(np.float32)
b0 = rng.normal(size=(3,)).astype(np.float32)
made = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.01),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.001, alpha=0.95, eps=0.01),
    "rmspropCentered": lambda p: torch.optim.RMSprop(p, lr=0.001, alpha=0.95, eps=0.01, centered=True),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
    "adamClipped": lambda p: torch.optim.Adam(p, lr=0.01),
}
results = {}
for name, make in made.items():
    w = torch.tensor(w0, requires_grad=True)
    b = torch.tensor(b0, requires_grad=True)
    optimizer = make([w, b])
    for _ in range(100):
        loss = ((torch.tensor(x) @ w + b - torch.tensor(y)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        if name == "adamClipped":
            torch.nn.utils.clip_grad_norm_([w, b], 0.1)
        optimizer.step()
    results[name] = {"w": w.detach().numpy().ravel().tolist(), "b": b.detach().numpy().tolist()}
out = pathlib.Path(__file__).parents[1] / "engine" / "fixtures" / "optimizers.json"
out.write_text(
    json.dumps({"torch": torch.__version__, "x": x.ravel().tolist(), "y": y.ravel().tolist(), "w": w0.ravel().tolist(), "b": b0.tolist(), "after": results})
)
