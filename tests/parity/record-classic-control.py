"""Records single steps of Gymnasium's classic control from 300 states each, every action, as doubles.

    pip install gymnasium==1.4.0 && python tests/parity/record-classic-control.py
"""
import json
import pathlib

import gymnasium as gym
import numpy as np

out = pathlib.Path(__file__).parents[1] / "envs" / "fixtures"
for env_id in ("CartPole-v1", "MountainCar-v0", "Acrobot-v1"):
    env = gym.make(env_id)
    inner = env.unwrapped
    rng = np.random.default_rng(7)
    env.reset(seed=7)
    cases = []
    while len(cases) < 300:
        # Half are states that play reaches, half lie anywhere in the box, ends and clipped speeds included.
        if len(cases) % 2 == 0:
            _, _, terminated, truncated, _ = env.step(int(rng.integers(env.action_space.n)))
            if terminated or truncated:
                env.reset()
            state = np.array(inner.state, dtype=np.float64)
        elif env_id == "CartPole-v1":
            state = rng.uniform([-2.5, -3, -0.22, -3], [2.5, 3, 0.22, 3])
        elif env_id == "MountainCar-v0":
            state = rng.uniform([-1.2, -0.07], [0.6, 0.07])
        else:
            state = rng.uniform([-np.pi, -np.pi, -12, -28], [np.pi, np.pi, 12, 28])
        kept = np.array(inner.state, dtype=np.float64)
        steps = []
        for action in range(env.action_space.n):
            inner.state = tuple(float(x) for x in state) if env_id == "MountainCar-v0" else state.copy()
            if hasattr(inner, "steps_beyond_terminated"):
                inner.steps_beyond_terminated = None
            observation, reward, terminated, truncated, _ = inner.step(action)
            steps.append(
                {
                    "state": [float(x) for x in inner.state],
                    "observation": [float(x) for x in observation],
                    "reward": float(reward),
                    "terminated": bool(terminated),
                }
            )
        inner.state = tuple(kept) if env_id == "MountainCar-v0" else kept
        cases.append({"state": [float(x) for x in state], "steps": steps})
    (out / f"{env_id}.json").write_text(json.dumps({"gymnasium": gym.__version__, "cases": cases}))

# Continuous actions: each state with some of them, beyond the bounds too, which the bare environments clip. Gymnasium's
# mountain car keeps doubles after a reset and float32 after a step: half of its states are of each kind.
torques = np.array([-2.5, -2, -1.3, -0.1, 0, 0.7, 1, 2, 3], dtype=np.float32)
for env_id, low, high in (
    ("Pendulum-v1", [-10, -8], [10, 8]),
    ("MountainCarContinuous-v0", [-1.2, -0.07], [0.6, 0.07]),
):
    inner = gym.make(env_id).unwrapped
    rng = np.random.default_rng(7)
    inner.reset(seed=7)
    cases = []
    for number in range(300):
        state = rng.uniform(low, high)
        if env_id.startswith("Mountain") and number % 2 == 0:
            state = state.astype(np.float32)
        steps = []
        for action in torques:
            inner.state = state.copy()
            observation, reward, terminated, _, _ = inner.step(np.array([action], dtype=np.float32))
            steps.append(
                {
                    "action": float(action),
                    "state": [float(x) for x in inner.state],
                    "observation": [float(x) for x in observation],
                    "reward": float(reward),
                    "terminated": bool(terminated),
                }
            )
        cases.append({"state": [float(x) for x in state], "dtype": str(state.dtype), "steps": steps})
    (out / f"{env_id}.json").write_text(json.dumps({"gymnasium": gym.__version__, "cases": cases}))
