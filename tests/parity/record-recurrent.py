"""Records one whole update of a recurrent Q-network on sequences with burn-in, by PyTorch's own LSTM and GRU.

    pip install torch==2.15.0 numpy && python tests/parity/record-recurrent.py
"""
import json
import pathlib

import numpy as np
import torch

rng = np.random.default_rng(13)
N, D, H, U, A = 3, 4, 5, 6, 3
BURN_IN, LENGTH, SHARE = 2, 4, 0.9
T = BURN_IN + LENGTH
f = lambda *shape: (0.6 * rng.normal(size=shape)).astype(np.float32)
hop = rng.integers(1, 3, size=(N, T))
valid = np.ones((N, T), np.float32)
valid[:, :BURN_IN] = 0
valid[2, BURN_IN + 2 :] = 0  # An episode that ended early: the rest is blank.
for i in range(N):
    last = int(valid[i].nonzero()[0].max()) + 1
    hop[i] = np.clip(np.minimum(hop[i], last - np.arange(T)), 0, None)
first = np.zeros((N, T + 1), np.float32)
first[1, BURN_IN] = 1  # A sequence that opens its episode: what stands before is forgotten.
batch = {
    "observation": f(N, T + 1, D),
    "first": first,
    "action": rng.integers(0, A, size=(N, T)),
    "reward": 2 * f(N, T),
    "discount": np.where(rng.random((N, T)) < 0.2, 0, 0.97**hop).astype(np.float32) * (hop > 0),
    "hop": hop,
    "valid": valid,
    "weights": rng.uniform(0.3, 1, size=N).astype(np.float32),
}
t = {k: torch.tensor(v) for k, v in batch.items()}
results = {}
for cell in ("lstm", "gru"):
    gates, parts = (4, 2) if cell == "lstm" else (3, 1)
    state = f(N, parts * U)
    shapes = {"torso/0/kernel": (D, H), "torso/0/bias": (H,), "head/0/kernel": (U, H), "head/0/bias": (H,), "head/output/kernel": (H, A), "head/output/bias": (A,)}
    if cell == "lstm":
        shapes |= {"core/kernel": (H + U, 4 * U), "core/bias": (4 * U,)}
    else:
        shapes |= {"core/input/kernel": (H, 3 * U), "core/input/bias": (3 * U,)}
        shapes |= {"core/recurrent/kernel": (U, 3 * U), "core/recurrent/bias": (3 * U,)}
    online = {k: torch.tensor(f(*s), requires_grad=True) for k, s in shapes.items()}
    target = {k: torch.tensor(f(*s)) for k, s in shapes.items()}
    before = {k: w.detach().numpy().ravel().tolist() for k, w in online.items()}

    def step(p, x, s):
        if cell == "lstm":  # torch._VF.lstm_cell takes outputs × inputs; the gates have the same order.
            weight = p["core/kernel"].T
            hidden, kept = torch._VF.lstm_cell(x, (s[:, :U], s[:, U:]), weight[:, :H], weight[:, H:], p["core/bias"], torch.zeros(4 * U))
            return torch.cat([hidden, kept], 1)
        return torch._VF.gru_cell(x, s, p["core/input/kernel"].T, p["core/recurrent/kernel"].T, p["core/input/bias"], p["core/recurrent/bias"])

    def unroll(p):
        s, out = torch.tensor(state), []
        for i in range(T + 1):
            if i == BURN_IN:
                s = s.detach()
            x = torch.relu(t["observation"][:, i] @ p["torso/0/kernel"] + p["torso/0/bias"])
            s = step(p, x, s * (1 - t["first"][:, i : i + 1]))
            hidden = torch.relu(s[:, :U] @ p["head/0/kernel"] + p["head/0/bias"])
            out.append(hidden @ p["head/output/kernel"] + p["head/output/bias"])
        return torch.stack(out, 1)

    optimizer = torch.optim.Adam(online.values(), lr=0.01, eps=1e-4)
    # The burn-in moves no weight: its steps are cut from the graph.
    q = unroll(online)
    with torch.no_grad():
        next_q, chooser = unroll(target), unroll(online)
    errors = torch.zeros(N, T)
    for i in range(N):
        for j in range(BURN_IN, T):
            k = j + int(t["hop"][i, j])
            y = t["reward"][i, j] + t["discount"][i, j] * next_q[i, k, chooser[i, k].argmax()]
            errors[i, j] = y - q[i, j, t["action"][i, j]]
    losses = torch.nn.functional.huber_loss(errors, torch.zeros_like(errors), reduction="none")
    loss = (losses * t["valid"] * t["weights"][:, None]).sum() / t["valid"].sum()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(online.values(), 0.5)
    optimizer.step()
    size = errors.detach().abs() * t["valid"]
    priority = SHARE * size.max(1)[0] + (1 - SHARE) * size.sum(1) / t["valid"].sum(1)
    results[cell] = {
        "state": state.ravel().tolist(),
        "online": before,
        "target": {k: w.numpy().ravel().tolist() for k, w in target.items()},
        "loss": float(loss.detach()),
        "priority": priority.tolist(),
        "gradientNorm": float(norm),
        "after": {k: w.detach().numpy().ravel().tolist() for k, w in online.items()},
    }
rounded = lambda x: (
    {k: rounded(v) for k, v in x.items()} if isinstance(x, dict) else [rounded(v) for v in x] if isinstance(x, list) else float(f"{x:.8g}") if isinstance(x, float) else x
)
out = pathlib.Path(__file__).parents[1] / "agents" / "dqn" / "fixtures" / "recurrent.json"
out.write_text(json.dumps({"torch": torch.__version__, "batch": rounded({k: v.ravel().tolist() for k, v in batch.items()}), "results": rounded(results)}))
