"""Training iterations in vectorised PyTorch with autograd, on one thread: a peer of `stein bench` and of the benchmark of graphs.

The authors' scripts loop in Python and draw their batches anew; this is how one would write them today. One iteration is a fresh batch of
100 samples, the bandwidths by the median rules of the scripts, the value, the gradients by autograd, and a step of Adam for each set of
parameters. Prints one line per case: name, dimension, median milliseconds.

    python3 torch_iterations.py [iterations]
"""

import math
import statistics
import sys
import time

import torch

BATCH = 100
HIDDEN = 300
DIMENSIONS = (10, 100, 200)


def squared_distances(x):
    squares = (x * x).sum(1)
    return (squares[:, None] + squares[None, :] - 2 * x @ x.T).clamp_min(0)


def ksd(x, score):
    """The U-statistic, with the median rule of the ICA script for batches."""
    n, dimension = x.shape
    with torch.no_grad():
        distances = squared_distances(x)
        upper = distances[torch.triu(torch.ones(n, n, dtype=torch.bool), 1)]
        inverse_square = math.log(n) / upper[upper > 0].median()
        kernel = torch.exp(-inverse_square * distances)
        kernel.fill_diagonal_(0)
    products = score @ x.T
    own = products.diagonal()
    drift = own[:, None] + own[None, :] - products - products.T
    trace = 2 * inverse_square * dimension - 4 * inverse_square ** 2 * distances
    return (kernel * (score @ score.T + 2 * inverse_square * drift + trace)).sum() / (n * (n - 1))


def max_sksd(x, score, directions):
    """The V-statistic over the slices of the basis, with learned test directions, all slices at once."""
    n = x.shape[0]
    unit = directions / (directions.norm(dim=1, keepdim=True) + 1e-10)
    z = (x @ unit.T).T
    coupling = unit.diagonal()[:, None, None]
    displacement = z[:, :, None] - z[:, None, :]
    with torch.no_grad():
        squares = displacement ** 2
        pairs = squares[:, torch.triu(torch.ones(n, n, dtype=torch.bool))]
        a = 1 / (2 * pairs.median(dim=1).values)[:, None, None]
    p = score.T
    kernel = torch.exp(-a * displacement ** 2)
    term = (p[:, :, None] * p[:, None, :]
            + 2 * a * coupling * displacement * (p[:, :, None] - p[:, None, :])
            + coupling ** 2 * (2 * a - 4 * a ** 2 * displacement ** 2))
    return (kernel * term).sum() / n ** 2


def ica_score(unmixing, x):
    return -torch.sign(x @ unmixing.T) @ unmixing


def adam(parameters):
    return torch.optim.Adam(parameters, lr=1e-3, betas=(0.9, 0.99))


def ksd_iteration(dimension):
    unmixing = torch.eye(dimension).requires_grad_()
    optimiser = adam([unmixing])

    def run(x):
        optimiser.zero_grad()
        ksd(x, ica_score(unmixing, x)).backward()
        optimiser.step()

    return run


def max_sksd_iteration(dimension):
    unmixing = torch.eye(dimension).requires_grad_()
    directions = torch.eye(dimension).requires_grad_()
    model, slices = adam([unmixing]), adam([directions])

    def run(x):
        slices.zero_grad()
        (-max_sksd(x, ica_score(unmixing, x).detach(), directions)).backward()
        slices.step()
        model.zero_grad()
        max_sksd(x, ica_score(unmixing, x), directions.detach()).backward()
        model.step()

    return run


def network_iteration(dimension):
    """Loss and gradient of a network D-300-300-D, without a step."""
    network = torch.nn.Sequential(
        torch.nn.Linear(dimension, HIDDEN), torch.nn.SiLU(), torch.nn.Linear(HIDDEN, HIDDEN), torch.nn.SiLU(),
        torch.nn.Linear(HIDDEN, dimension))
    noise = torch.randn(BATCH, dimension)

    def run(x):
        network.zero_grad()
        ((network(x) + noise) ** 2).sum(1).mean().backward()

    return run


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    iterations = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for name, create in (("ksd", ksd_iteration), ("maxsksd", max_sksd_iteration), ("network", network_iteration)):
        for dimension in DIMENSIONS:
            run = create(dimension)
            data = torch.distributions.Laplace(0.0, 1.0).sample((64, BATCH, dimension))
            times = []
            for i in range(iterations + 5):
                batch = data[i % 64]
                start = time.perf_counter()
                run(batch)
                times.append(1000 * (time.perf_counter() - start))
            print(f"{name},{dimension},{statistics.median(times[5:]):.3f}", flush=True)


if __name__ == "__main__":
    main()
