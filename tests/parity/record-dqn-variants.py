"""Records one whole update of each switch (loss, errors, priorities, gradients' norm, weights after Adam) by PyTorch.

    pip install torch==2.15.0 numpy && python tests/parity/record-dqn-variants.py
"""
import json
import math
import pathlib

import numpy as np
import torch
from torch.nn import functional as F

rng = np.random.default_rng(12)
B, D, H, A = 8, 4, 6, 3
ATOMS, LOW, HIGH, QUANTILES, SAMPLES, COSINES, KAPPA, GAMMA = 7, -4.0, 6.0, 5, 4, 5, 1.0, 0.99
f = lambda *shape: (0.7 * rng.normal(size=shape)).astype(np.float32)
batch = {
    "observation": f(B, D),
    "action": rng.integers(0, A, size=B),
    "reward": 3 * f(B),
    "discount": np.where(rng.random(B) < 0.3, 0, GAMMA**2).astype(np.float32),
    "nextObservation": f(B, D),
    "weights": rng.uniform(0.2, 1, size=B).astype(np.float32),
    "taus": rng.random((B, SAMPLES)).astype(np.float32),
    "targetTaus": rng.random((B, SAMPLES)).astype(np.float32),
}
# Of its own generator, so that what was recorded before it stays.
of_masks = np.random.default_rng(13)
for name, always in (("nextMask", np.arange(B) % A), ("mask", batch["action"])):
    allowed = of_masks.random((B, A)) < 0.6
    allowed[np.arange(B), always] = True
    batch[name] = allowed.astype(int)
t = {k: torch.tensor(v) for k, v in batch.items()}
factor = lambda n: (lambda x: np.sign(x) * np.sqrt(np.abs(x)))(rng.normal(size=n)).astype(np.float32)


def dense(p, path, x, noise):
    y = x @ p[path + "/kernel"] + p[path + "/bias"]
    if path + "/kernel-sigma" not in p or noise is None:
        return y
    i, o = p[path + "/kernel"].shape
    n = noise.pop(0)
    a, b = n[:i], n[i:]
    weight = p[path + "/kernel"] + p[path + "/kernel-sigma"] * torch.outer(a, b)
    return x @ weight + p[path + "/bias"] + p[path + "/bias-sigma"] * b


def stream(p, path, x, noise):
    return dense(p, path + "/output", torch.relu(dense(p, path + "/0", x, noise)), noise)


def net(p, x, v, noise=None, taus=None):
    """batch × actions × width."""
    noise = None if noise is None else list(noise)
    width = v["width"]
    if v["distribution"] == "implicit":
        taus = torch.tensor([[(i + 0.5) / SAMPLES for i in range(SAMPLES)]] * len(x)) if taus is None else taus
        waves = torch.cos(taus.reshape(-1, 1) * math.pi * torch.arange(COSINES))
        phi = torch.relu(waves @ p["quantiles/kernel"] + p["quantiles/bias"]).reshape(len(x), -1, D)
        x = (phi * x[:, None]).reshape(-1, D)
    if v["dueling"]:
        value, advantage = stream(p, "value", x, noise), stream(p, "advantage", x, noise)
        value, advantage = value.reshape(-1, 1, width), advantage.reshape(-1, A, width)
        base = advantage.mean(1, keepdim=True) if v["dueling"] == "mean" else advantage.max(1, keepdim=True)[0]
        out = value + advantage - base
    else:
        out = stream(p, "head", x, noise).reshape(-1, A, width)
    if v["distribution"] == "implicit":
        out = out.reshape(-1, SAMPLES, A).transpose(1, 2)
    return out


z = torch.linspace(LOW, HIGH, ATOMS)
expectation = lambda out, v: (torch.softmax(out, 2) * z).sum(2) if v["distribution"] == "categorical" else out.mean(2)
h = lambda x: torch.sign(x) * (torch.sqrt(x.abs() + 1) - 1) + 1e-3 * x
h_inverse = lambda x: torch.sign(x) * (((torch.sqrt(1 + 4e-3 * (x.abs() + 1 + 1e-3)) - 1) / 2e-3) ** 2 - 1)
huber = lambda e: F.huber_loss(e, torch.zeros_like(e), reduction="none", delta=KAPPA)


def update(v, online, target, noises):
    reward, discount, rows = t["reward"], t["discount"], torch.arange(B)
    with torch.no_grad():
        next_out = net(target, t["nextObservation"], v, noises[2], t["targetTaus"])
        allowed = lambda q, mask="nextMask": torch.where(t[mask] > 0, q, -1e30) if v["masked"] else q
        next_q = allowed(expectation(next_out, v))
        if v["munchausen"]:
            tau = 0.3
            past = allowed(expectation(net(target, t["observation"], v, noises[2]), v), "mask")
            logs = tau * torch.log_softmax(past / tau, 1)
            reward = reward + 0.9 * logs[rows, t["action"]].clip(-1, 0)
            policy = torch.softmax(next_q / tau, 1)
            # What is forbidden has no probability, and its logarithm no weight.
            soft = (tau * torch.log_softmax(next_q / tau, 1)).clip(min=-1e6)
            target_samples = (policy[:, :, None] * (next_out - soft[:, :, None])).sum(1)
        else:
            chooser = allowed(expectation(net(online, t["nextObservation"], v, noises[1]), v)) if v["double"] else next_q
            target_samples = next_out[rows, chooser.argmax(1)]
    out = net(online, t["observation"], v, noises[0], t["taus"])
    chosen = out[rows, t["action"]]
    q = expectation(out, v)[rows, t["action"]]
    w = t["weights"] if v["prioritized"] else torch.ones(B)
    if v["distribution"] == "categorical":
        probabilities = torch.softmax(target_samples, 1)
        projected = torch.zeros(B, ATOMS)
        spacing = (HIGH - LOW) / (ATOMS - 1)
        for i in range(B):  # Algorithm 1 of the paper, atom by atom.
            for j in range(ATOMS):
                b = ((reward[i] + discount[i] * z[j]).clip(LOW, HIGH) - LOW) / spacing
                low, high = int(torch.floor(b)), int(torch.ceil(b))
                if low == high:
                    projected[i, low] += probabilities[i, j]
                else:
                    projected[i, low] += probabilities[i, j] * (high - b)
                    projected[i, high] += probabilities[i, j] * (b - low)
        losses = F.kl_div(torch.log_softmax(chosen, 1), projected, reduction="none").sum(1)
        mean, priority, loss = (projected * z).sum(1), losses, (w * losses).mean()
    elif v["distribution"] in ("quantile", "implicit"):
        y = reward[:, None] + discount[:, None] * target_samples
        taus = t["taus"] if v["distribution"] == "implicit" else ((torch.arange(QUANTILES) + 0.5) / QUANTILES)[None]
        error = y[:, None, :] - chosen[:, :, None]
        losses = ((taus[:, :, None] - (error.detach() < 0).float()).abs() * huber(error) / KAPPA).mean(2).sum(1)
        mean, priority, loss = y.mean(1), losses, (w * losses).mean()
    else:
        y = target_samples[:, 0]
        y = h(reward + discount * h_inverse(y)) if v["rescaling"] else reward + discount * y
        error = y - q
        mean, priority = y, error.abs()
        if v["clip"] == "weighted":
            loss = None
            # DQN Zoo: the gradient by q is −clip(w δ) / B.
            gradient = -(w * error.detach()).clip(-KAPPA, KAPPA) / B
            q.backward(gradient)
        else:
            loss = (w * (0.5 * error**2 if v["loss"] == "mse" else huber(error))).mean()
    if loss is not None:
        loss.backward()
    return mean - q, priority, loss


base = {"double": False, "dueling": False, "prioritized": False, "noisy": False, "distribution": "none", "munchausen": False, "rescaling": False, "loss": "huber", "clip": "error", "masked": False}
variants = {
    "dueling by the mean": {"dueling": "mean"},
    "dueling by the maximum": {"dueling": "max"},
    "prioritized": {"prioritized": True},
    "prioritized, squared": {"prioritized": True, "loss": "mse"},
    "prioritized, DQN Zoo's clipping": {"prioritized": True, "clip": "weighted"},
    "noisy": {"noisy": True, "double": True},
    "categorical": {"distribution": "categorical"},
    "quantile": {"distribution": "quantile", "double": True},
    "implicit": {"distribution": "implicit"},
    "munchausen": {"munchausen": True},
    "munchausen by quantiles": {"munchausen": True, "distribution": "quantile"},
    "value rescaling": {"rescaling": True, "double": True},
    "rainbow": {"double": True, "dueling": "mean", "prioritized": True, "noisy": True, "distribution": "categorical"},
    "masked": {"masked": True},
    "double, masked": {"double": True, "masked": True},
    "categorical, double, masked": {"distribution": "categorical", "double": True, "masked": True},
    "munchausen, masked": {"munchausen": True, "masked": True},
    "munchausen by quantiles, masked": {"munchausen": True, "distribution": "quantile", "masked": True},
}
results = {}
for name, switches in variants.items():
    v = {**base, **switches}
    v["width"] = {"none": 1, "categorical": ATOMS, "quantile": QUANTILES, "implicit": 1}[v["distribution"]]
    shapes = {}
    for path, outputs in {"value": v["width"], "advantage": A * v["width"]}.items() if v["dueling"] else [("head", A * v["width"])]:
        for layer, i, o in ((path + "/0", D, H), (path + "/output", H, outputs)):
            shapes.update({layer + "/kernel": (i, o), layer + "/bias": (o,)})
            if v["noisy"]:
                shapes.update({layer + "/kernel-sigma": (i, o), layer + "/bias-sigma": (o,)})
    noise_lengths = [D + H, H + shapes[[k for k in shapes if k.endswith("output/bias")][0]][0]]
    if v["dueling"]:
        noise_lengths = [D + H, H + v["width"], D + H, H + A * v["width"]]
    if v["distribution"] == "implicit":
        shapes.update({"quantiles/kernel": (COSINES, D), "quantiles/bias": (D,)})
    online = {k: torch.tensor(f(*s), requires_grad=True) for k, s in shapes.items()}
    target = {k: torch.tensor(f(*s)) for k, s in shapes.items()}
    before = {k: w.detach().numpy().ravel().tolist() for k, w in online.items()}
    noises = [[factor(n) for n in noise_lengths] for _ in range(3)] if v["noisy"] else [None] * 3
    optimizer = torch.optim.Adam(online.values(), lr=0.01, eps=1e-4)
    as_tensors = [None if n is None else [torch.tensor(x) for x in n] for n in noises]
    error, priority, loss = update(v, online, target, as_tensors)
    norm = torch.nn.utils.clip_grad_norm_(online.values(), 0.5)
    optimizer.step()
    results[name] = {
        "switches": switches,
        "online": before,
        "target": {k: w.numpy().ravel().tolist() for k, w in target.items()},
        "noises": None if noises[0] is None else [np.concatenate(n).tolist() for n in noises],
        "error": error.detach().tolist(),
        "priority": priority.detach().tolist(),
        "loss": None if loss is None else float(loss.detach()),
        "gradientNorm": float(norm),
        "after": {k: w.detach().numpy().ravel().tolist() for k, w in online.items()},
    }
rounded = lambda x: (
    {k: rounded(v) for k, v in x.items()} if isinstance(x, dict) else [rounded(v) for v in x] if isinstance(x, list) else float(f"{x:.8g}") if isinstance(x, float) else x
)
out = pathlib.Path(__file__).parents[1] / "agents" / "dqn" / "fixtures" / "variants.json"
out.write_text(json.dumps({"torch": torch.__version__, "batch": rounded({k: v.ravel().tolist() for k, v in batch.items()}), "results": rounded(results)}))
