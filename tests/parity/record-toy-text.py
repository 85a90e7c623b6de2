"""Records the transition tables of Gymnasium's toy text, and the action masks of Taxi.

    pip install gymnasium==1.4.0 && python tests/parity/record-toy-text.py
"""
import json
import pathlib

import gymnasium as gym

# Name of the fixture, id, Gymnasium's arguments, ours.
tables = [
    ("frozen-lake", "FrozenLake-v1", {}, {}),
    ("frozen-lake-8x8", "FrozenLake8x8-v1", {}, {}),
    ("frozen-lake-dry", "FrozenLake-v1", {"is_slippery": False}, {"isSlippery": False}),
    (
        "frozen-lake-options",
        "FrozenLake-v1",
        {"success_rate": 0.75, "reward_schedule": (5, -2, -0.5), "desc": ["SFH", "FFF", "HFG"]},
        {"successRate": 0.75, "rewardSchedule": [5, -2, -0.5], "desc": ["SFH", "FFF", "HFG"]},
    ),
    ("cliff-walking", "CliffWalking-v1", {}, {}),
    ("cliff-walking-slippery", "CliffWalkingSlippery-v1", {}, {}),
    ("taxi", "Taxi-v4", {}, {}),
    ("taxi-rainy", "Taxi-v4", {"is_rainy": True, "rainy_probability": 0.7}, {"isRainy": True, "rainyProbability": 0.7}),
]


def record(env_id, theirs):
    inner = gym.make(env_id, **theirs).unwrapped
    table = [
        [[[float(p), int(s), float(r), bool(t)] for p, s, r, t in inner.P[state][action]] for action in inner.P[state]]
        for state in range(len(inner.P))
    ]
    masks = [inner.action_mask(s).tolist() for s in range(500)] if env_id.startswith("Taxi") else None
    return {"table": table, **({"masks": masks} if masks else {})}


if __name__ == "__main__":
    out = pathlib.Path(__file__).parents[1] / "envs" / "fixtures" / "toy-text"
    out.mkdir(exist_ok=True)
    for name, env_id, theirs, ours in tables:
        content = {"gymnasium": gym.__version__, "id": env_id, "kwargs": ours, **record(env_id, theirs)}
        (out / f"{name}.json").write_text(json.dumps(content, separators=(",", ":")))
