"""Statistics of the MinAtar package (1.0.15), played from outside through its public interface.

    pip install minatar
    python record-minatar.py GAME random|scripted EPISODES

Writes its part of tests/envs/fixtures/minatar/statistics.json. Episodes are cut at 5,000 steps; sticky actions 0.1, difficulty ramping, the minimal action set.
"""
import json
import pathlib
import sys

import numpy as np
from minatar import Environment

from policies import policies

limit = 5_000


def play(game, policy, episodes, seed=0):
    env = Environment(game)
    env.seed(seed)
    rng = np.random.default_rng(seed + 1)
    actions = env.minimal_action_set()
    returns, lengths = [], []
    for _ in range(episodes):
        env.reset()
        total, length, done = 0, 0, False
        while not done and length < limit:
            if policy == "random":
                action = actions[rng.integers(len(actions))]
            else:
                action = policies[game](env.state().transpose(2, 0, 1))
            reward, done = env.act(action)
            total += reward
            length += 1
        returns.append(float(total))
        lengths.append(length)
    return returns, lengths


def summary(values):
    return {"mean": float(np.mean(values)), "standardError": float(np.std(values, ddof=1) / len(values) ** 0.5)}


if __name__ == "__main__":
    game, policy, episodes = sys.argv[1], sys.argv[2], int(sys.argv[3])
    returns, lengths = play(game, policy, episodes)
    path = pathlib.Path(__file__).parents[2] / "envs" / "fixtures" / "minatar" / "statistics.json"
    saved = json.loads(path.read_text())
    name = "".join(word.capitalize() for word in game.split("_"))
    saved["games"][name][policy] = {"episodes": episodes, "return": summary(returns), "length": summary(lengths)}
    path.write_text(json.dumps(saved, indent=1) + "\n")
