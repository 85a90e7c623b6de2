"""Records one whole DQN update (targets, loss, gradients' norm, weights after Adam) by PyTorch, for each variant.

    pip install torch==2.15.0 numpy && python tests/parity/record-dqn.py
"""
import json
import pathlib

import numpy as np
import torch

rng = np.random.default_rng(11)
B, D, H, A = 8, 4, 6, 3
f = lambda *shape: rng.normal(size=shape).astype(np.float32)
weights = {
    "online": {"w1": f(D, H), "b1": f(H), "w2": f(H, A), "b2": f(A)},
    "target": {"w1": f(D, H), "b1": f(H), "w2": f(H, A), "b2": f(A)},
}
batch = {
    "observation": f(B, D),
    "action": rng.integers(0, A, size=B),
    "reward": 3 * f(B),
    "discount": np.where(rng.random(B) < 0.3, 0, 0.99**2).astype(np.float32),
    "nextObservation": f(B, D),
}
net = lambda p, x: torch.relu(x @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]
tensors = {k: torch.tensor(v) for k, v in batch.items()}
results = {}
for double in (False, True):
    for loss_name in ("huber", "mse"):
        online = {k: torch.tensor(v, requires_grad=True) for k, v in weights["online"].items()}
        target = {k: torch.tensor(v) for k, v in weights["target"].items()}
        optimizer = torch.optim.Adam(online.values(), lr=0.01, eps=1e-4)
        with torch.no_grad():
            next_q = net(target, tensors["nextObservation"])
            chosen = (net(online, tensors["nextObservation"]) if double else next_q).argmax(1, keepdim=True)
            y = tensors["reward"] + tensors["discount"] * next_q.gather(1, chosen)[:, 0]
        q = net(online, tensors["observation"]).gather(1, tensors["action"][:, None])[:, 0]
        loss = torch.nn.functional.smooth_l1_loss(q, y) if loss_name == "huber" else 0.5 * ((y - q) ** 2).mean()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(online.values(), 0.5)
        optimizer.step()
        results[f"{'double' if double else 'single'}-{loss_name}"] = {
            "error": (y - q).detach().tolist(),
            "loss": float(loss.detach()),
            "gradientNorm": float(norm),
            "after": {k: v.detach().numpy().ravel().tolist() for k, v in online.items()},
        }
listed = lambda tree: {k: v.ravel().tolist() for k, v in tree.items()}
out = pathlib.Path(__file__).parents[1] / "agents" / "dqn" / "fixtures"
out.mkdir(parents=True, exist_ok=True)
(out / "update.json").write_text(
    json.dumps({"torch": torch.__version__, "weights": {k: listed(v) for k, v in weights.items()}, "batch": listed(batch), "results": results})
)
