"""Environments that go wrong in the ways that environments do, and one with a value of every space."""
import os
import re
import time

import gymnasium
import numpy as np
from gymnasium import spaces


class Faulty(gymnasium.Env):
    """Action 0 is fine; action 1 does `how`."""

    observation_space = spaces.Box(0, 1, (2,), np.float32)
    action_space = spaces.Discrete(2)

    def __init__(self, how="raise", seconds=1000.0):
        self.how, self.seconds = how, seconds

    def get_action_meanings(self):
        return ["FIRE", "NOOP"]

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.np_random.random(2).astype(np.float32), {"pid": os.getpid(), "seed": seed, "options": options}

    def step(self, action):
        if action == 1:
            match self.how:
                case "raise":
                    raise ValueError("the cart has no wheels")
                case "sleep":
                    time.sleep(self.seconds)
                case "lock":
                    # In C, with the interpreter's lock: no other Python thread runs any more.
                    re.match("(a+)+$", "a" * 40 + "b")
                case "exit":
                    print("leaving by the back door", flush=True)
                    os._exit(3)
                case "crash":
                    os.abort()
                case "chatter":
                    print("x" * 1_000_000)
                case "forget":
                    # Random numbers that no seed reaches.
                    return np.random.default_rng().random(2).astype(np.float32), 0.0, False, False, {}
                case "child":
                    # A process of its own that keeps the pipes open.
                    if os.fork() == 0:
                        time.sleep(20)
                        os._exit(0)
                    os._exit(3)
        return self.np_random.random(2).astype(np.float32), 1.0, False, False, {}


every = spaces.Dict(
    {
        "float16": spaces.Box(-1, 1, (2,), np.float16),
        "float32": spaces.Box(-np.inf, np.inf, (2, 2), np.float32),
        "float64": spaces.Box(-1, np.array([1.0, 2.0]), dtype=np.float64),
        "int8": spaces.Box(-5, 5, (3,), np.int8),
        "uint16": spaces.Box(0, 60000, (1,), np.uint16),
        "int64": spaces.Box(-7, 7, (2,), np.int64),
        "wide": spaces.Box(-(2**40), 2**40, (2,), np.int64),
        "bool": spaces.Box(0, 1, (3,), bool),
        "scalar": spaces.Box(0, 1, (), np.float32),
        "discrete": spaces.Discrete(4, start=-2),
        "many": spaces.MultiDiscrete([3, 4], start=[10, 20]),
        "grid": spaces.MultiDiscrete([[2, 3], [4, 5]]),
        "bits": spaces.MultiBinary((2, 3)),
        "text": spaces.Text(6, charset="añ★"),
        "pair": spaces.Tuple((spaces.Discrete(2), spaces.Dict({"b": spaces.Discrete(3), "a": spaces.Box(0, 9, (1,), np.int32)}))),
    }
)


class Echo(gymnasium.Env):
    """Shows the action it was given, after holding it to the space; the info repeats it in words."""

    observation_space = every
    action_space = every

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        return self.observation_space.sample(), {"array": np.arange(3), "nan": float("nan"), "self": self, "f": np.float32(0.5)}

    def step(self, action):
        assert self.action_space.contains(action), action
        return action, np.float32(0.5), np.bool_(False), False, {"words": repr(action["text"])}


class Long(gymnasium.Env):
    """A space that has no counterpart."""

    observation_space = spaces.Sequence(spaces.Discrete(2))
    action_space = spaces.Discrete(2)


class Written(Faulty):
    """Draws itself in letters."""

    metadata = {"render_modes": ["ansi"], "render_fps": 4}

    def __init__(self, render_mode=None):
        super().__init__()
        self.render_mode = render_mode

    def render(self):
        return "\x1b[41mred\x1b[0m\nplain"


gymnasium.register("Faulty-v0", Faulty, max_episode_steps=50)
gymnasium.register("Echo-v0", Echo)
gymnasium.register("Long-v0", Long)
gymnasium.register("Written-v0", Written)
