"""Records tests/agents/replay/fixtures/truncated-bptt.json: an LSTM and a linear layer of PyTorch trained on one stream, three
steps at a time in two rows, the state carried and cut from the graph.

    python tests/parity/record-truncated-bptt.py
"""
import json
import pathlib

import torch

torch.manual_seed(0)
inputs, units, rows, length, steps = 2, 3, 2, 3, 12
stream = torch.randn(steps, inputs)
aims = torch.randn(steps, 1)
lstm, head = torch.nn.LSTM(inputs, units, batch_first=True), torch.nn.Linear(units, 1)
torch.nn.init.zeros_(lstm.bias_hh_l0)  # One bias, as ours.
lstm.bias_hh_l0.requires_grad_(False)


def weights():
    # Columns of the gates are input, forget, candidate, output in both.
    kernel = torch.cat([lstm.weight_ih_l0, lstm.weight_hh_l0], 1).T
    named = {"lstm/kernel": kernel, "lstm/bias": lstm.bias_ih_l0, "head/kernel": head.weight.T, "head/bias": head.bias}
    return {name: [round(x, 8) for x in value.detach().flatten().tolist()] for name, value in named.items()}


before = weights()
optimizer = torch.optim.SGD([p for p in [*lstm.parameters(), *head.parameters()] if p.requires_grad], lr=0.5)
state, losses, places = (torch.zeros(1, rows, units), torch.zeros(1, rows, units)), [], []
row = steps // rows
for at in range(0, row, length):
    index = torch.tensor([[r * row + at + i for i in range(length)] for r in range(rows)])
    hidden, state = lstm(stream[index], tuple(s.detach() for s in state))
    loss = torch.nn.functional.mse_loss(head(hidden), aims[index])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    places.append(index.tolist())

out = pathlib.Path(__file__).parent.parent / "agents/replay/fixtures/truncated-bptt.json"
out.parent.mkdir(exist_ok=True)
flat = lambda x: [round(v, 8) for v in x.flatten().tolist()]
record = {
    **{"torch": torch.__version__, "inputs": inputs, "units": units, "rows": rows, "length": length},
    **{"stream": flat(stream), "aims": flat(aims), "before": before, "places": places, "losses": losses},
    "after": weights(),
}
out.write_text(json.dumps(record) + "\n")
