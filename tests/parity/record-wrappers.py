"""Records what Gymnasium's wrappers make of one sequence of steps each.

    pip install gymnasium==1.4.0 && python tests/parity/record-wrappers.py
"""
import json
import pathlib

import gymnasium as gym
import numpy as np
from gymnasium import spaces, wrappers


class Script(gym.Env):
    """Plays recorded steps again: the raw ones, so that the numbers depend on the wrapper alone."""

    def __init__(self, steps, observation_space):
        self.steps, self.at = steps, 0
        self.observation_space, self.action_space = observation_space, spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        observation, *_ = self.steps[self.at]
        self.at += 1
        return observation, {}

    def step(self, action):
        observation, reward, terminated, truncated = self.steps[self.at]
        self.at += 1
        return observation, reward, terminated, truncated, {}


def play(env_id, seed, count):
    """Raw steps of random play; the first of each episode has no reward and no end."""
    env = gym.make(env_id)
    env.action_space.seed(seed)
    observation, _ = env.reset(seed=seed)
    steps = [(observation, 0.0, False, False)]
    while len(steps) < count:
        observation, reward, terminated, truncated, _ = env.step(env.action_space.sample())
        steps.append((observation, float(reward), bool(terminated), bool(truncated)))
        if terminated or truncated:
            steps.append((env.reset()[0], 0.0, False, False))
    return steps, env.observation_space


def through(steps, space, wrap, tell):
    env = wrap(Script(steps, space))
    told, ended = [], True
    for _ in steps:
        if ended:
            (observation, info), reward, ended = env.reset(), 0.0, False
        else:
            observation, reward, terminated, truncated, info = env.step(0)
            ended = terminated or truncated
        told.append(tell(observation, reward, info))
    return told


def vector(observation, reward, info):
    return [float(x) for x in observation]


def patches():
    """ObstructView over a black picture, its random numbers given: where the patches lie."""
    cases = []
    for rows, columns, width, ratio in ((20, 30, 4, 0.3), (17, 9, 5, 0.5), (8, 8, 1, 0.25), (10, 40, 7, 0.9)):

        class Black(gym.Env):
            def render(self):
                return np.zeros((rows, columns, 3), dtype=np.uint8)

        given = np.random.default_rng(rows)
        kept = []

        class Numbers:
            def integers(self, low, high, size, dtype=None):
                if dtype is not None:
                    return np.ones(size, dtype=np.uint8)
                kept.extend(given.integers(low, high, size).tolist())
                return np.array(kept, dtype=np.int64)

        env = wrappers.ObstructView(Black(), ratio, width)
        env.env._np_random = Numbers()
        mask = env.render()[..., 0]
        cases.append(
            {"rows": rows, "columns": columns, "width": width, "share": ratio, "centers": kept, "mask": mask.ravel().tolist()}
        )
    return cases


def record():
    cart, cart_space = play("CartPole-v1", 3, 150)
    swing, swing_space = play("Pendulum-v1", 5, 260)
    raw = [{"observation": vector(o, 0, 0), "reward": r, "terminated": t, "truncated": c} for o, r, t, c in cart]
    raw_swing = [{"observation": vector(o, 0, 0), "reward": r, "terminated": t, "truncated": c} for o, r, t, c in swing]
    reward = lambda o, r, i: float(r)
    return {
        "gymnasium": gym.__version__,
        "cartPole": raw,
        "pendulum": raw_swing,
        "normalizeObservation": through(cart, cart_space, wrappers.NormalizeObservation, vector),
        "normalizeReward": through(swing, swing_space, wrappers.NormalizeReward, reward),
        "normalizeRewardEnds": through(cart, cart_space, lambda e: wrappers.NormalizeReward(e, gamma=0.9), reward),
        "delay": through(cart, cart_space, lambda e: wrappers.DelayObservation(e, 3), vector),
        "episodes": [
            e
            for e in through(
                cart,
                cart_space,
                wrappers.RecordEpisodeStatistics,
                lambda o, r, i: [float(i["episode"]["r"]), int(i["episode"]["l"])] if "episode" in i else None,
            )
            if e is not None
        ],
        "patches": patches(),
    }


if __name__ == "__main__":
    out = pathlib.Path(__file__).parents[1] / "envs" / "fixtures" / "wrappers.json"
    out.write_text(json.dumps(record(), separators=(",", ":")) + "\n")
