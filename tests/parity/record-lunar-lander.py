"""Records Gymnasium's LunarLander-v3: returns and lengths of random play and of its heuristic controller, and whole flights
with the random numbers that they drew.

    pip install "gymnasium[box2d]==1.4.0" && python tests/parity/record-lunar-lander.py
"""
import json
import pathlib

import gymnasium as gym
import numpy as np
from gymnasium.envs.box2d.lunar_lander import heuristic

out = pathlib.Path(__file__).parents[1] / "envs" / "fixtures" / "LunarLander-v3.json"


class Tape:
    """A generator that remembers its uniform numbers, as numbers in [0, 1), and its integers as such."""

    def __init__(self, seed):
        self.generator = np.random.default_rng(seed)
        self.drawn = []

    def uniform(self, low=0.0, high=1.0, size=None):
        u = self.generator.random(size)
        self.drawn += [float(x) for x in np.atleast_1d(u)]
        return low + (high - low) * u

    def integers(self, low, high):
        k = int(self.generator.integers(low, high))
        self.drawn.append(k)
        return k


def statistics(values):
    return {"mean": float(np.mean(values)), "deviation": float(np.std(values, ddof=1))}


def play(policy, episodes, **kwargs):
    env = gym.make("LunarLander-v3", **kwargs)
    env.action_space.seed(1)
    returns, lengths, landed = [], [], 0
    for seed in range(episodes):
        observation, _ = env.reset(seed=seed)
        total, length, ended = 0.0, 0, False
        while not ended:
            action = env.action_space.sample() if policy == "random" else int(heuristic(env, observation))
            observation, reward, terminated, truncated, _ = env.step(action)
            total, length, ended = total + reward, length + 1, terminated or truncated
        landed += terminated and not env.unwrapped.lander.awake
        returns.append(total)
        lengths.append(length)
    return {
        "policy": policy,
        "kwargs": kwargs,
        "episodes": episodes,
        "return": statistics(returns),
        "length": statistics(lengths),
        "landed": landed / episodes,
    }


def fly(seed, policy, **kwargs):
    env = gym.make("LunarLander-v3", **kwargs).unwrapped
    env.reset(seed=seed)
    env._np_random = tape = Tape(seed)
    actions = np.random.default_rng(100 + seed)
    observation, _ = env.reset()
    flight = {"policy": policy, "kwargs": kwargs, "actions": [], "observations": [observation.tolist()], "rewards": []}
    ended = False
    while not ended and len(flight["actions"]) < 1000:
        action = int(actions.integers(4)) if policy == "random" else int(heuristic(env, observation))
        observation, reward, ended, _, _ = env.step(action)
        flight["actions"].append(action)
        flight["observations"].append([float(np.float32(x)) for x in observation])
        flight["rewards"].append(float(reward))
    flight["draws"] = tape.drawn
    return flight


wind = {"enable_wind": True}
record = {
    "gymnasium": gym.__version__,
    "statistics": [
        play("random", 4000),
        play("heuristic", 2000),
        play("random", 2000, **wind),
        play("heuristic", 2000, gravity=-6.0, **wind),
    ],
    "flights": [
        fly(1, "random"),
        fly(2, "heuristic"),
        fly(3, "heuristic"),
        fly(4, "random", gravity=-3.0),
        fly(5, "heuristic", **wind),
    ],
}
for flight in record["flights"]:
    # Enough digits for float32; the file stays small.
    flight["observations"] = [[float(f"{x:.8g}") for x in row] for row in flight["observations"]]
    flight["rewards"] = [float(f"{x:.8g}") for x in flight["rewards"]]
out.write_text(json.dumps(record))
