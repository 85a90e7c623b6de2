"""One bench of a Python peer: prints the seconds of one call, a number a line, fastest loops first tried warm.

    python bench.py update|act|cartpole ROUNDS
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
