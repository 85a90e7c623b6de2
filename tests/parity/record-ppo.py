"""Records generalised advantages by NumPy, and one whole PPO update (loss, its parts, weights after Adam) by PyTorch.

    pip install torch==2.15.0 numpy && python tests/parity/record-ppo.py
"""
import json
import pathlib

import numpy as np
import torch
from torch.distributions import Categorical, Normal

rng = np.random.default_rng(17)
B, D, H, A = 8, 4, 6, 3
f = lambda *shape: rng.normal(size=shape).astype(np.float32)

# Advantages: 3 lanes of 7 steps, with both kinds of ends; the sum of (γλ)^k δ up to the end of the episode, written out.
T, L, gamma, lam = 7, 3, 0.97, 0.9
reward, value, next_value = f(T, L), f(T, L), f(T, L)
terminated, truncated = np.zeros((T, L), np.uint8), np.zeros((T, L), np.uint8)
terminated[2, 0] = terminated[6, 1] = terminated[0, 2] = 1
truncated[4, 0] = truncated[3, 1] = truncated[6, 2] = 1
delta = reward.astype(float) + gamma * np.where(terminated, 0, next_value) - value
advantage = np.zeros((T, L))
for t in range(T):
    for lane in range(L):
        for k in range(t, T):
            advantage[t, lane] += (gamma * lam) ** (k - t) * delta[k, lane]
            if terminated[k, lane] or truncated[k, lane]:
                break
gae = dict(lanes=L, gamma=gamma, reward=reward, value=value, nextValue=next_value, terminated=terminated, truncated=truncated, advantage=advantage)
gae["lambda"] = lam


def network(outputs, gaussian):
    weights = {}
    for name, width in (("actor", outputs), ("critic", 1)):
        weights |= {f"{name}/0/kernel": f(D, H), f"{name}/0/bias": f(H)}
        weights |= {f"{name}/output/kernel": f(H, width), f"{name}/output/bias": f(width)}
    return weights | ({"actor/log-deviation": 0.3 * f(outputs)} if gaussian else {})


def apply(w, name, x):
    hidden = torch.tanh(x @ w[f"{name}/0/kernel"] + w[f"{name}/0/bias"])
    return hidden @ w[f"{name}/output/kernel"] + w[f"{name}/output/bias"]


def record(gaussian, masks, value_clip, normalize):
    weights = network(A, gaussian)
    mask = np.where(rng.random((B, A)) < 0.5, 1, 0).astype(np.uint8)
    action = f(B, A) if gaussian else rng.integers(0, A, size=B)
    if not gaussian:
        mask[np.arange(B), action] = 1
    w = {k: torch.tensor(v, requires_grad=True) for k, v in weights.items()}
    x = torch.tensor(f(B, D))

    def policy():
        out = apply(w, "actor", x)
        if gaussian:
            return Normal(out, w["actor/log-deviation"].exp())
        return Categorical(logits=torch.where(torch.tensor(mask) > 0, out, torch.tensor(-1e8)) if masks else out)

    def terms():
        distribution, a = policy(), torch.tensor(action)
        log, entropy = distribution.log_prob(a), distribution.entropy()
        return (log.sum(1), entropy.sum(1)) if gaussian else (log, entropy)

    with torch.no_grad():
        old_log = terms()[0] + torch.tensor(0.3 * f(B))
        old_value = apply(w, "critic", x)[:, 0] + torch.tensor(0.3 * f(B))
    batch = {
        "observation": x.numpy(),
        "action": action,
        "logProbability": old_log.numpy(),
        "value": old_value.numpy(),
        "advantage": f(B),
        "return": 2 * f(B),
    } | ({"mask": mask} if masks else {})
    adv, ret = torch.tensor(batch["advantage"]), torch.tensor(batch["return"])
    optimizer = torch.optim.Adam(w.values(), lr=0.01, eps=1e-5)
    # From here on as in CleanRL's ppo.py.
    log, entropy = terms()
    new_value = apply(w, "critic", x)[:, 0]
    log_ratio = log - old_log
    ratio = log_ratio.exp()
    clip = 0.2
    if normalize:
        adv = (adv - adv.mean()) / (adv.std() + 1e-8)
    policy_loss = torch.max(-adv * ratio, -adv * torch.clamp(ratio, 1 - clip, 1 + clip)).mean()
    plain = (new_value - ret) ** 2
    moved = (old_value + torch.clamp(new_value - old_value, -clip, clip) - ret) ** 2
    value_loss = 0.5 * (torch.max(plain, moved) if value_clip else plain).mean()
    loss = policy_loss - 0.01 * entropy.mean() + 0.5 * value_loss
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(w.values(), 0.5)
    optimizer.step()
    told = {
        "loss": loss,
        "policyLoss": policy_loss,
        "valueLoss": value_loss,
        "entropy": entropy.mean(),
        "approximateKl": (ratio - 1 - log_ratio).mean(),
        "clipFraction": ((ratio - 1).abs() > clip).float().mean(),
        "gradientNorm": norm,
    }
    return {
        "settings": {"valueClip": value_clip, "normalizeAdvantages": normalize},
        "gaussian": gaussian,
        "weights": listed(weights),
        "batch": listed(batch),
        "told": {k: float(v.detach()) for k, v in told.items()},
        "after": {k: v.detach().numpy().ravel().tolist() for k, v in w.items()},
    }


listed = lambda tree: {k: v.ravel().tolist() if isinstance(v, np.ndarray) else v for k, v in tree.items()}
updates = {
    "categorical": record(False, False, True, True),
    "masked": record(False, True, True, True),
    "plain values and advantages": record(False, False, False, False),
    "gaussian": record(True, False, True, True),
}
out = pathlib.Path(__file__).parents[1] / "agents" / "ppo" / "fixtures"
out.mkdir(parents=True, exist_ok=True)
(out / "ppo.json").write_text(json.dumps({"torch": torch.__version__, "gae": listed(gae), "updates": updates}))
