"""Records an episode of Gymnasium's CartPole, for the bridge to reproduce: tests/envs/bridge/fixtures/cart-pole.json."""
import json
import pathlib

import gymnasium as gym

env = gym.make("CartPole-v1")
observation, _ = env.reset(seed=7)
steps = []
for i in range(500):
    action = 1 if observation[2] + 0.5 * observation[3] > 0 else 0
    if i > 120:
        action = 1
    observation, reward, terminated, truncated, _ = env.step(action)
    steps.append({"action": action, "observation": observation.tolist(), "reward": reward, "terminated": bool(terminated)})
    if terminated or truncated:
        break
first = env.reset(seed=7)[0].tolist()
path = pathlib.Path(__file__).parents[1] / "envs" / "bridge" / "fixtures" / "cart-pole.json"
path.write_text(json.dumps({"gymnasium": gym.__version__, "seed": 7, "first": first, "steps": steps}) + "\n")
print(len(steps), "steps")
