"""Steps the installed Gymnasium from the recorded states: the fixtures are still what it does."""
import json
import pathlib

import gymnasium as gym
import numpy as np

fixtures = pathlib.Path(__file__).parents[1] / "envs" / "fixtures"
for name in ("Acrobot-v1", "CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1"):
    path = fixtures / f"{name}.json"
    env = gym.make(name)
    inner = env.unwrapped
    env.reset(seed=0)
    for case in json.loads(path.read_text())["cases"]:
        for action, expected in enumerate(case["steps"]):
            state = np.array(case["state"], dtype=case.get("dtype", "float64"))
            inner.state = tuple(float(x) for x in state) if path.stem == "MountainCar-v0" else state
            inner.steps_beyond_terminated = None
            given = np.array([expected["action"]], dtype=np.float32) if "action" in expected else action
            observation, reward, terminated, _, _ = inner.step(given)
            assert np.allclose(inner.state, expected["state"], rtol=0, atol=1e-12), (path.stem, case["state"], action)
            assert np.allclose(observation, expected["observation"], rtol=0, atol=1e-6)
            assert reward == expected["reward"] and terminated == expected["terminated"]
    print(path.stem, "as recorded")
