"""One bench of a Python peer: prints the seconds of one call or env step, a number a line.

    python bench.py update|act|cartpole|train-sb3|train-torch|train-8-sb3|train-8-torch ROUNDS
"""
import sys
import time

name, rounds = sys.argv[1], int(sys.argv[2])


def report(call, calls):
    for _ in range(calls):
        call()
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(calls):
            call()
        print((time.perf_counter() - began) / calls)


if name in ("update", "act"):
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(0)

    def network():
        return nn.Sequential(nn.Linear(4, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 2))

    online, target = network(), network()
    if name == "act":
        state = torch.randn(1, 4)

        def call():
            with torch.no_grad():
                online(state)

        report(call, 500)
    else:
        optimizer = torch.optim.Adam(online.parameters(), lr=2.5e-4)
        batch = 128
        observation, next_observation = torch.randn(batch, 4), torch.randn(batch, 4)
        action, reward, discount = torch.randint(0, 2, (batch, 1)), torch.randn(batch), torch.full((batch,), 0.99)

        def call():
            with torch.no_grad():
                y = reward + discount * target(next_observation).max(1)[0]
            q = online(observation).gather(1, action).squeeze()
            loss = nn.functional.smooth_l1_loss(q, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

        report(call, 200)
elif name == "cartpole":
    import gymnasium

    env = gymnasium.make("CartPole-v1")
    env.reset(seed=0)
    env.action_space.seed(0)

    def call():
        _, _, terminated, truncated, _ = env.step(env.action_space.sample())
        if terminated or truncated:
            env.reset()

    report(call, 10_000)
elif name in ("train-sb3", "train-8-sb3"):
    import torch
    from stable_baselines3 import DQN
    from stable_baselines3.common.env_util import make_vec_env

    torch.set_num_threads(1)
    lanes, steps = (8 if "8" in name else 1), 20_000
    for seed in range(rounds):
        model = DQN(
            "MlpPolicy",
            make_vec_env("CartPole-v1", n_envs=lanes, seed=seed),
            learning_rate=2.5e-4,
            buffer_size=10_000,
            learning_starts=1_000,
            batch_size=128,
            train_freq=(10, "step"),
            gradient_steps=1,
            target_update_interval=500,
            exploration_fraction=0.5,
            policy_kwargs={"net_arch": [120, 84]},
            seed=seed,
            device="cpu",
        )
        began = time.perf_counter()
        model.learn(steps)
        print((time.perf_counter() - began) / steps)
elif name in ("train-torch", "train-8-torch"):
    # A loop in one file as people write it: arrays for the replay, no logging, no callbacks.
    import gymnasium
    import numpy as np
    import torch
    from torch import nn

    torch.set_num_threads(1)
    lanes, steps, capacity, batch = (8 if "8" in name else 1), 20_000, 10_000, 128
    train_every = 10 * lanes

    def network():
        return nn.Sequential(nn.Linear(4, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 2))

    for seed in range(rounds):
        rng = np.random.default_rng(seed)
        torch.manual_seed(seed)
        env = gymnasium.make_vec("CartPole-v1", num_envs=lanes) if lanes > 1 else gymnasium.make("CartPole-v1")
        online, target = network(), network()
        target.load_state_dict(online.state_dict())
        optimizer = torch.optim.Adam(online.parameters(), lr=2.5e-4)
        observations = np.zeros((capacity, 4), np.float32)
        next_observations = np.zeros((capacity, 4), np.float32)
        actions, rewards = np.zeros((capacity, 1), np.int64), np.zeros(capacity, np.float32)
        discounts = np.zeros(capacity, np.float32)
        began = time.perf_counter()
        observation, _ = env.reset(seed=seed)
        stored = 0
        for step in range(0, steps, lanes):
            epsilon = max(0.05, 1 - 0.95 * step / (steps / 2))
            if lanes == 1:
                if rng.random() < epsilon:
                    action = int(rng.integers(2))
                else:
                    with torch.no_grad():
                        action = int(online(torch.from_numpy(observation)).argmax())
            else:
                with torch.no_grad():
                    action = online(torch.from_numpy(observation)).argmax(1).numpy()
                action = np.where(rng.random(lanes) < epsilon, rng.integers(2, size=lanes), action)
            following, reward, terminated, truncated, _ = env.step(action)
            at = np.arange(stored, stored + lanes) % capacity
            observations[at], next_observations[at], rewards[at] = observation, following, reward
            actions[at, 0], discounts[at] = action, 0.99 * (1 - np.asarray(terminated, np.float32))
            stored += lanes
            observation = following
            if lanes == 1 and (terminated or truncated):
                observation, _ = env.reset()
            if step >= 1_000 and step % train_every == 0:
                rows = rng.integers(min(stored, capacity), size=batch)
                with torch.no_grad():
                    best = target(torch.from_numpy(next_observations[rows])).max(1)[0]
                    y = torch.from_numpy(rewards[rows]) + torch.from_numpy(discounts[rows]) * best
                q = online(torch.from_numpy(observations[rows])).gather(1, torch.from_numpy(actions[rows])).squeeze()
                loss = nn.functional.mse_loss(q, y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            if step % 500 < lanes:
                target.load_state_dict(online.state_dict())
        print((time.perf_counter() - began) / steps)
