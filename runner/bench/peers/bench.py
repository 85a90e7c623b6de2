"""One bench of a Python peer: prints the seconds of one call or env step, a number a line.

    python bench.py update|act|update-minatar|update-nature|act-nature|update-lstm|update-gan|update-dcgan ROUNDS [THREADS]
    python bench.py cartpole|acrobot|frozen-lake|taxi|cliff-walking|lunar-lander|ale-pong|cartpole-8|cartpole-8-threads|phi|train-sb3|train-torch|train-8-sb3|train-8-torch|train-minatar-torch|train-frames-torch|replay-sample|replay-prioritized ROUNDS
    python bench.py minatar-asterix|minatar-breakout|minatar-freeway|minatar-seaquest|minatar-space-invaders ROUNDS
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


threads = int(sys.argv[3]) if len(sys.argv) > 3 else 1

if name in ("update", "act", "update-minatar", "update-nature", "act-nature"):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    shape, actions, batch, calls = {
        "update": ((4,), 2, 128, 200),
        "act": ((4,), 2, 1, 500),
        "update-minatar": ((4, 10, 10), 6, 32, 100),
        "update-nature": ((4, 84, 84), 6, 32, 5),
        "act-nature": ((4, 84, 84), 6, 1, 100),
    }[name]

    class Bytes(nn.Module):
        def forward(self, x):
            return x.float() / 255

    def network():
        if len(shape) == 1:
            return nn.Sequential(nn.Linear(4, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 2))
        if shape[1] == 10:
            return nn.Sequential(
                Bytes(), nn.Conv2d(4, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(1024, 128), nn.ReLU(), nn.Linear(128, 6)
            )
        return nn.Sequential(
            Bytes(),
            nn.Conv2d(4, 32, 8, 4),
            nn.ReLU(),
            nn.Conv2d(32, 64, 4, 2),
            nn.ReLU(),
            nn.Conv2d(64, 64, 3),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(3136, 512),
            nn.ReLU(),
            nn.Linear(512, 6),
        )

    def observations():
        return torch.randn(batch, *shape) if len(shape) == 1 else torch.randint(0, 256, (batch, *shape)).byte()

    online, target = network(), network()
    if name.startswith("act"):
        state = observations()

        def call():
            with torch.no_grad():
                online(state)

    else:
        optimizer = torch.optim.Adam(online.parameters(), lr=2.5e-4)
        observation, next_observation = observations(), observations()
        action, reward = torch.randint(0, actions, (batch, 1)), torch.randn(batch)
        discount = torch.full((batch,), 0.99)

        def call():
            with torch.no_grad():
                y = reward + discount * target(next_observation).max(1)[0]
            q = online(observation).gather(1, action).squeeze()
            loss = nn.functional.smooth_l1_loss(q, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    report(call, calls)
elif name == "replay-sample":
    import numpy as np
    from gymnasium import spaces
    import torch
    from stable_baselines3.common.buffers import ReplayBuffer

    torch.set_num_threads(threads)
    shape, capacity = (4, 84, 84), 10_000
    replay = ReplayBuffer(capacity, spaces.Box(0, 255, shape, np.uint8), spaces.Discrete(6), device="cpu")
    random = np.random.default_rng(0)
    stack = random.integers(0, 256, (1, *shape), np.uint8)
    for _ in range(capacity):
        following = np.roll(stack, -1, 1)
        following[0, -1] = random.integers(0, 256, shape[1:], np.uint8)
        replay.add(stack, following, np.array([0]), np.array([0.0]), np.array([False]), [{}])
        stack = following
    report(lambda: replay.sample(32), 500)
elif name == "replay-prioritized":
    import cpprb
    import numpy as np

    capacity, batch = 1_000_000, 32
    replay = cpprb.PrioritizedReplayBuffer(
        capacity,
        {"obs": {"shape": 4}, "next_obs": {"shape": 4}, "act": {"dtype": np.int32}, "rew": {}, "discount": {}},
        alpha=0.6,
        eps=1e-6,
    )
    random = np.random.default_rng(0)
    state, many = np.zeros(4, np.float32), np.zeros((10_000, 4), np.float32)
    ones = np.ones(10_000, np.float32)
    for _ in range(capacity // 10_000):
        replay.add(obs=many, next_obs=many, act=ones.astype(np.int32), rew=ones, discount=ones)

    def call():
        replay.add(obs=state, next_obs=state, act=1, rew=0.0, discount=0.99)
        drawn = replay.sample(batch, beta=0.4)
        replay.update_priorities(drawn["indexes"], random.random(batch, np.float32))

    report(call, 5000)
elif name == "update-lstm":
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    layer, head = nn.LSTM(8, 64, batch_first=True), nn.Linear(64, 4)
    optimizer = torch.optim.Adam([*layer.parameters(), *head.parameters()], lr=1e-3)
    x, y = torch.randn(32, 10, 8), torch.randn(32, 10, 4)

    def call():
        hidden, _ = layer(x)
        loss = nn.functional.mse_loss(head(hidden), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    report(call, 50)
elif name in ("update-gan", "update-dcgan"):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    if name == "update-gan":
        batch, calls, real = 100, 20, torch.rand(100, 784) * 2 - 1
        generator = nn.Sequential(nn.Linear(100, 128), nn.LeakyReLU(0.01), nn.Linear(128, 784), nn.Tanh())
        discriminator = nn.Sequential(nn.Linear(784, 128), nn.LeakyReLU(0.01), nn.Linear(128, 1))
    else:
        batch, calls, real = 128, 1, torch.rand(128, 3, 32, 32) * 2 - 1

        def up(inputs, outputs):
            return nn.ConvTranspose2d(inputs, outputs, 5, 2, padding=2, output_padding=1)

        def down(inputs, outputs):
            return nn.Conv2d(inputs, outputs, 5, 2, padding=2)

        def norm(channels):
            return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)

        leaky = nn.LeakyReLU(0.2)
        generator = nn.Sequential(
            nn.Linear(100, 4 * 4 * 512), nn.Unflatten(1, (512, 4, 4)), norm(512), leaky,
            up(512, 256), norm(256), leaky, up(256, 128), norm(128), leaky, up(128, 3), nn.Tanh(),
        )  # fmt: skip
        discriminator = nn.Sequential(
            down(3, 64), leaky, down(64, 128), norm(128), leaky, down(128, 256), norm(256), leaky,
            nn.Flatten(), nn.Linear(4 * 4 * 256, 1),
        )  # fmt: skip
    of_generator = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    of_discriminator = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    z = torch.rand(batch, 100) * 2 - 1
    entropy = nn.functional.binary_cross_entropy_with_logits
    ones, zeros = torch.ones(batch, 1), torch.zeros(batch, 1)

    def call():
        fake = generator(z)
        loss = entropy(discriminator(real), ones) + entropy(discriminator(fake.detach()), zeros)
        of_discriminator.zero_grad()
        loss.backward()
        of_discriminator.step()
        loss = entropy(discriminator(fake), ones)
        of_generator.zero_grad()
        loss.backward()
        of_generator.step()

    report(call, calls)
elif name in ("cartpole", "acrobot", "frozen-lake", "taxi", "cliff-walking", "lunar-lander", "ale-pong"):
    import gymnasium

    ids = {
        "cartpole": "CartPole-v1",
        "acrobot": "Acrobot-v1",
        "frozen-lake": "FrozenLake-v1",
        "taxi": "Taxi-v4",
        "cliff-walking": "CliffWalking-v1",
        "lunar-lander": "LunarLander-v3",
        "ale-pong": "ALE/Pong-v5",
    }
    if name == "ale-pong":
        import ale_py

        gymnasium.register_envs(ale_py)
    env = gymnasium.make(ids[name])
    env.reset(seed=0)
    env.action_space.seed(0)

    def call():
        _, _, terminated, truncated, _ = env.step(env.action_space.sample())
        if terminated or truncated:
            env.reset()

    report(call, 10_000)
elif name.startswith("minatar-"):
    import random

    from minatar import Environment

    env = Environment(name.removeprefix("minatar-").replace("-", "_"))
    env.seed(0)
    env.reset()
    actions = env.minimal_action_set()

    def call():
        _, terminated = env.act(random.choice(actions))
        if terminated:
            env.reset()
        env.state()

    report(call, 10_000)
elif name in ("cartpole-8", "cartpole-8-threads"):
    import gymnasium

    mode, calls = ("sync", 2_000) if name == "cartpole-8" else ("async", 200)
    env = gymnasium.make_vec("CartPole-v1", num_envs=8, vectorization_mode=mode)
    env.reset(seed=0)
    env.action_space.seed(0)

    def call():
        env.step(env.action_space.sample())

    for _ in range(calls):
        call()
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(calls):
            call()
        print((time.perf_counter() - began) / calls / 8)
    env.close()
elif name == "phi":
    import cv2
    import numpy as np

    cv2.setNumThreads(threads)
    rng = np.random.default_rng(0)
    before, last = rng.integers(0, 256, (2, 210, 160, 3), dtype=np.uint8)
    stack = np.zeros((4, 84, 84), np.uint8)

    def call():
        gray = cv2.cvtColor(np.maximum(before, last), cv2.COLOR_RGB2GRAY)
        stack[:-1] = stack[1:]
        stack[-1] = cv2.resize(gray, (84, 84), interpolation=cv2.INTER_AREA)
        return stack.copy()

    report(call, 1000)
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
elif name in ("train-minatar-torch", "train-frames-torch"):
    # As people write it: arrays for the replay, frames stored with their stacks, no logging, no callbacks.
    import numpy as np
    import torch
    from torch import nn

    torch.set_num_threads(1)
    small = name == "train-minatar-torch"
    steps, starts, train_every = (6_000, 1_000, 1) if small else (1_200, 200, 4)
    capacity, batch, actions = (100_000 if small else 10_000), 32, 6
    shape = (4, 10, 10) if small else (4, 84, 84)

    class Frames:
        """What costs nothing: frames from a table."""

        table = np.random.default_rng(0).integers(0, 256, (256, 84, 84), np.uint8)

        def reset(self):
            self.steps = 0
            self.stack = np.zeros((4, 84, 84), np.uint8)
            self.stack[-1] = self.table[0]
            return self.stack.copy()

        def step(self, action):
            reward = float(action == self.steps % 6)
            self.steps += 1
            self.stack[:-1] = self.stack[1:]
            self.stack[-1] = self.table[self.steps % 256]
            return self.stack.copy(), reward, self.steps % 500 == 0

    class MinAtar:
        def __init__(self):
            from minatar import Environment

            self.env = Environment("breakout")

        def reset(self):
            self.env.reset()
            return self.observe()

        def step(self, action):
            reward, ended = self.env.act(action)
            return self.observe(), reward, ended

        def observe(self):
            return np.ascontiguousarray(self.env.state().transpose(2, 0, 1), np.uint8)

    class Scaled(nn.Module):
        def forward(self, x):
            return x.float() if small else x.float() / 255

    def network():
        if small:
            torso = [nn.Conv2d(4, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(1024, 128), nn.ReLU(), nn.Linear(128, actions)]
        else:
            convolutions = [nn.Conv2d(4, 32, 8, 4), nn.ReLU(), nn.Conv2d(32, 64, 4, 2), nn.ReLU(), nn.Conv2d(64, 64, 3)]
            dense = [nn.ReLU(), nn.Flatten(), nn.Linear(3136, 512), nn.ReLU(), nn.Linear(512, actions)]
            torso = convolutions + dense
        return nn.Sequential(Scaled(), *torso)

    for seed in range(rounds):
        rng = np.random.default_rng(seed)
        torch.manual_seed(seed)
        env = MinAtar() if small else Frames()
        online, target = network(), network()
        target.load_state_dict(online.state_dict())
        if small:
            optimizer = torch.optim.RMSprop(online.parameters(), lr=2.5e-4, alpha=0.95, eps=0.01, centered=True)
        else:
            optimizer = torch.optim.Adam(online.parameters(), lr=1e-4)
        observations = np.zeros((capacity, *shape), np.uint8)
        next_observations = np.zeros((capacity, *shape), np.uint8)
        chosen, rewards = np.zeros((capacity, 1), np.int64), np.zeros(capacity, np.float32)
        discounts = np.zeros(capacity, np.float32)
        observation = env.reset()
        began = time.perf_counter()
        for step in range(steps):
            epsilon = max(0.1, 1 - 0.9 * step / 100_000) if small else 0.1
            if rng.random() < epsilon:
                action = int(rng.integers(actions))
            else:
                with torch.no_grad():
                    action = int(online(torch.from_numpy(observation[None])).argmax())
            following, reward, ended = env.step(action)
            at = step % capacity
            observations[at], next_observations[at], rewards[at] = observation, following, reward
            chosen[at, 0], discounts[at] = action, 0.0 if ended else 0.99
            observation = env.reset() if ended else following
            if step >= starts and step % train_every == 0:
                rows = rng.integers(min(step + 1, capacity), size=batch)
                with torch.no_grad():
                    best = target(torch.from_numpy(next_observations[rows])).max(1)[0]
                    y = torch.from_numpy(rewards[rows]) + torch.from_numpy(discounts[rows]) * best
                q = online(torch.from_numpy(observations[rows])).gather(1, torch.from_numpy(chosen[rows])).squeeze()
                loss = nn.functional.smooth_l1_loss(q, y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            if step % 1000 == 0:
                target.load_state_dict(online.state_dict())
        print((time.perf_counter() - began) / steps)
