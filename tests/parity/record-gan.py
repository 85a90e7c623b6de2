"""Records tests/generative/fixtures/gan-steps.json: one discriminator and one generator step of a small GAN and a small DCGAN in
PyTorch, with TensorFlow's batch normalisation (ε 1e-3, momentum .99, biased moving variance): losses, gradients, weights after
Adam, moving averages. Filters are stored outputs first (transposed ones inputs first), dense kernels inputs first, as ours.

    python tests/parity/record-gan.py
"""
import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(0)
B, BETA1, LR = 6, 0.5, 0.002


class Norm:
    """TensorFlow's batch normalisation over channels; x is batch × channels (× height × width)."""

    def __init__(self, weights, path):
        self.w, self.path = weights, path

    def __call__(self, x, moves):
        axes = [0] + list(range(2, x.dim()))
        shape = [1, -1] + [1] * (x.dim() - 2)
        mean, variance = x.mean(axes), x.var(axes, unbiased=False)
        if moves:
            with torch.no_grad():
                for name, value in (("mean", mean), ("variance", variance)):
                    moving = self.w[f"{self.path}/{name}"]
                    moving.mul_(0.99).add_(value, alpha=0.01)
        y = (x - mean.reshape(shape)) / torch.sqrt(variance.reshape(shape) + 1e-3)
        return y * self.w[f"{self.path}/scale"].reshape(shape) + self.w[f"{self.path}/offset"].reshape(shape)


def gan(height, width, channels, latent, hidden):
    pixels = height * width * channels
    g = {"0/kernel": torch.randn(latent, hidden) * 0.3, "0/bias": torch.randn(hidden) * 0.1}
    g |= {"1/kernel": torch.randn(hidden, pixels) * 0.3, "1/bias": torch.randn(pixels) * 0.1}
    d = {"0/kernel": torch.randn(pixels, hidden) * 0.3, "0/bias": torch.randn(hidden) * 0.1}
    d |= {"1/kernel": torch.randn(hidden, 1) * 0.3, "1/bias": torch.randn(1) * 0.1}

    def make(z, moves):
        h = F.leaky_relu(z @ g["0/kernel"] + g["0/bias"], 0.01)
        return torch.tanh(h @ g["1/kernel"] + g["1/bias"]).reshape(-1, height, width, channels)

    def judge(x, moves):
        h = F.leaky_relu(x.reshape(x.shape[0], -1) @ d["0/kernel"] + d["0/bias"], 0.01)
        return h @ d["1/kernel"] + d["1/bias"]

    return g, d, make, judge


def dcgan(side, channels, latent, width):
    start = side // 8
    ups = [width, width // 2, width // 4, channels]
    g = {"start/kernel": torch.randn(latent, start * start * width) * 0.2, "start/bias": torch.randn(start * start * width) * 0.1}
    for i in range(3):
        g |= {f"{i}/norm/scale": 1 + 0.2 * torch.randn(ups[i]), f"{i}/norm/offset": 0.2 * torch.randn(ups[i])}
        g |= {f"{i}/norm/mean": torch.zeros(ups[i]), f"{i}/norm/variance": torch.ones(ups[i])}
        g |= {f"{i}/kernel": torch.randn(ups[i], ups[i + 1], 5, 5) * 0.1, f"{i}/bias": torch.randn(ups[i + 1]) * 0.1}
    downs = [channels, width // 8, width // 4, width // 2]
    d = {}
    for i in range(3):
        d |= {f"{i}/kernel": torch.randn(downs[i + 1], downs[i], 5, 5) * 0.1, f"{i}/bias": torch.randn(downs[i + 1]) * 0.1}
        if i > 0:
            d |= {f"{i}/norm/scale": 1 + 0.2 * torch.randn(downs[i + 1]), f"{i}/norm/offset": 0.2 * torch.randn(downs[i + 1])}
            d |= {f"{i}/norm/mean": torch.zeros(downs[i + 1]), f"{i}/norm/variance": torch.ones(downs[i + 1])}
    d |= {"logit/kernel": torch.randn(start * start * downs[3], 1) * 0.2, "logit/bias": torch.randn(1) * 0.1}

    def make(z, moves):
        x = (z @ g["start/kernel"] + g["start/bias"]).reshape(-1, start, start, width).permute(0, 3, 1, 2)
        for i in range(3):
            x = F.leaky_relu(Norm(g, f"{i}/norm")(x, moves), 0.2)
            # TensorFlow's "same" of stride 2 and size 5 pads 1 before and 2 after; transposed it cuts as much.
            x = F.conv_transpose2d(x, g[f"{i}/kernel"], g[f"{i}/bias"], stride=2)
            x = x[:, :, 1 : 1 + 2 * start * 2**i, 1 : 1 + 2 * start * 2**i]
        return torch.tanh(x).permute(0, 2, 3, 1)

    def judge(x, moves):
        x = x.permute(0, 3, 1, 2)
        for i in range(3):
            x = F.conv2d(F.pad(x, (1, 2, 1, 2)), d[f"{i}/kernel"], d[f"{i}/bias"], stride=2)
            x = F.leaky_relu(Norm(d, f"{i}/norm")(x, moves) if i > 0 else x, 0.2)
        return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1) @ d["logit/kernel"] + d["logit/bias"]

    return g, d, make, judge


def bce(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def trained(weights):
    return {name: w for name, w in weights.items() if not name.endswith(("/mean", "/variance"))}


def flat(values):
    return {name: [float(f"{x:.8g}") for x in w.detach().flatten().tolist()] for name, w in values.items()}


def record(networks, shape, latent, smoothing):
    g, d, make, judge = networks
    before = {"generator": flat(g), "discriminator": flat(d)}
    real, z = torch.rand(B, *shape) * 2 - 1, torch.rand(B, latent) * 2 - 1
    for w in [*trained(g).values(), *trained(d).values()]:
        w.requires_grad_(True)
    of_g = torch.optim.Adam(trained(g).values(), LR, (BETA1, 0.999))
    of_d = torch.optim.Adam(trained(d).values(), LR, (BETA1, 0.999))
    fake = make(z, True).detach()
    d_loss = bce(judge(real, True), 1 - smoothing) + bce(judge(fake, True), 0.0)
    d_gradients = dict(zip(trained(d), torch.autograd.grad(d_loss, trained(d).values())))
    for name, w in trained(d).items():
        w.grad = d_gradients[name]
    of_d.step()
    g_loss = bce(judge(make(z, False), False), 1.0)
    g_gradients = dict(zip(trained(g), torch.autograd.grad(g_loss, trained(g).values())))
    for name, w in trained(g).items():
        w.grad = g_gradients[name]
    of_g.step()
    with torch.no_grad():
        after_d = bce(judge(real, False), 1 - smoothing) + bce(judge(make(z, False), False), 0.0)
        after_g = bce(judge(make(z, False), False), 1.0)
    return {
        **{"shape": shape, "latent": latent, "smoothing": smoothing, "before": before, "real": flat({"x": real})["x"], "z": flat({"x": z})["x"]},
        **{"discriminatorLoss": d_loss.item(), "generatorLoss": g_loss.item(), "after": {"generator": flat(g), "discriminator": flat(d)}},
        **{"discriminatorLossAfter": after_d.item(), "generatorLossAfter": after_g.item()},
        "gradients": {"generator": flat(g_gradients), "discriminator": flat(d_gradients)},
        "generatorGradient": float(torch.sqrt(sum((x**2).sum() for x in g_gradients.values()))),
    }


result = {
    **{"torch": torch.__version__, "batch": B, "beta1": BETA1, "learningRate": LR},
    "gan": record(gan(4, 5, 1, 3, 6), [4, 5, 1], 3, 0.1),
    "dcgan": record(dcgan(8, 2, 4, 16), [8, 8, 2], 4, 0.0),
}
out = pathlib.Path(__file__).parent.parent / "generative/fixtures/gan-steps.json"
out.write_text(json.dumps(result) + "\n")
print(out.stat().st_size)
